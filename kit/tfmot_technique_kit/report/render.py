"""Writes the report: tables, plots and the results in the documents."""

import os
from pathlib import Path
from typing import NamedTuple, TypeAlias

from tfmot_technique_kit import blocks, files
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.markdown import escape
from tfmot_technique_kit.problems import Problem
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.report import aggregate, claims, plots, tables
from tfmot_technique_kit.report.aggregate import Settings

Drawn: TypeAlias = dict[aggregate.Setting, dict[Path, plots.Plot]]  # where each goes

KIND = "results"
_SUFFIXES = (".csv", ".html", ".md", ".svg")  # of what is written here


class Outcome(NamedTuple):
    """What `build` did and found."""

    written: tuple[str, ...]  # files written or removed, relative to the project's folder
    problems: tuple[Problem, ...]  # stale files, and numbers in documents that no run is behind
    left_out: int  # runs of an earlier configuration or earlier code, which are in no table


def build(project: Project, folder: Path | None = None, check: bool = False) -> Outcome:
    """Renders the run files of a folder, all or nothing.

    Results go into the documents of the manifest that have a block for them.

    Args:
        project: The project.
        folder: Folder of the run files, by default the project's; the report is in it.
        check: Whether to find what is not up to date, and to write nothing.

    Raises:
        UserError: If runs do not belong together, or a document cannot be rendered.
    """
    folder = Path(folder or project.folder("results")).absolute()
    runs = results.load_all(folder)
    current = aggregate.current(runs)
    settings = aggregate.aggregate(current)
    report = folder / "report"
    drawn = {
        setting: {report / f"{setting.stem}_{n}.svg": plot for n, plot in plots.plots(rows).items()}
        for setting, rows in settings.items()
    }
    made = {path: plot for group in drawn.values() for path, plot in group.items()}
    contents: dict[Path, str | plots.Plot] = made | _files(report, settings, drawn)
    numbers = claims.known(settings)
    problems = []
    names = [file.path for file in project.manifest.files]
    for path, text in blocks.having(project.root, names, KIND).items():
        name = path.relative_to(project.root).as_posix()
        text = blocks.render(name, text, KIND, _blocks(path, report, settings, drawn))
        problems += claims.unsupported(name, text, numbers)
        contents[path] = text

    changed = [path for path, content in contents.items() if not _same(path, content)]
    there = {path for path in report.glob("*") if path.suffix in _SUFFIXES}
    removed = there.difference(contents)
    stale = tuple(os.path.relpath(path, project.root) for path in sorted(removed.union(changed)))
    left_out = len(runs) - len(current)
    if check:
        message = "is not what the runs say; render it with `technique report`."
        return Outcome((), (*(Problem(message, name) for name in stale), *problems), left_out)
    # Plots are drawn before anything is written: drawing can fail.
    for path, content in [(path, _text(contents[path])) for path in changed]:
        files.write(path, content)
    for path in removed:
        path.unlink()
    return Outcome(stale, tuple(problems), left_out)


def _files(report: Path, settings: Settings, drawn: Drawn) -> dict[Path, str]:
    """Returns the tables that go into the folder of the report."""
    if not settings:
        return {}
    text = f"# Results\n\n{_tables(report / 'tables.md', settings, drawn, '##')}"
    return {
        report / "tables.csv": tables.values(settings),
        report / "tables.md": text,
        report / "tables.html": tables.page(text),
    }


def _blocks(document: Path, report: Path, settings: Settings, drawn: Drawn) -> dict[str, str]:
    """Returns what a document may show, by the names of its blocks."""
    if not settings:
        return dict.fromkeys(("tables", "summary", "headline", "overhead"), tables.NO_RESULTS)
    everything = blocks.link(document, report / "tables.md")
    more = f"[All variants, how they were measured, and plots]({everything})"
    # The plot of the first setting, so that nobody chooses the one that looks good.
    links = [link for group in drawn.values() for link in _links(document, group)]
    first = [link for link in links if link[0].endswith("_level.svg")][:1]
    return {
        "tables": _tables(document, settings, drawn, "###"),
        "summary": f"{tables.summary(settings)}\n{more}",
        "overhead": tables.overhead(settings),
        "headline": f"{tables.summary(settings, first)}\n{more}",
    }


def _tables(document: Path, settings: Settings, drawn: Drawn, heading: str) -> str:
    return "\n".join(
        f"{heading} {escape(setting.title)}\n\n"
        f"{tables.table(rows, _links(document, drawn[setting]))}"
        for setting, rows in settings.items()
    )


def _links(document: Path, group: dict[Path, plots.Plot]) -> list[tuple[str, str]]:
    return [(blocks.link(document, path), plot.title) for path, plot in group.items()]


def _text(content: str | plots.Plot) -> str:
    return content.svg() if isinstance(content, plots.Plot) else content


def _same(path: Path, content: str | plots.Plot) -> bool:
    if not path.exists():
        return False
    if isinstance(content, plots.Plot):
        return plots.fingerprint(path.read_text("utf-8", "replace")) == content.fingerprint
    return path.read_bytes() == content.encode()
