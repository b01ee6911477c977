"""Writes the report: tables, plots and the results in the documents."""

import dataclasses
import os
import pathlib

from tfmot_technique_kit.documents import blocks
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.report import aggregate, claims, formats, plots, tables

# Where results belong. Names are patterns, because RFCs get the date of their
# submission as a prefix. A document that is not there needs none.
DOCUMENTS = ("README.md", "rfcs/*.md", "g3doc/guide/*/index.md", "blog/*.md")

_SUFFIXES = (".csv", ".html", ".md", ".svg")  # of what is written here


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What `build` did and found.

    Attributes:
        written: Paths of the files that were written or removed.
        problems: One line for each stale file, and for each number in a document
            that has no run behind it.
        left_out: Number of runs of an earlier configuration, or of earlier code of
            the technique. They are in no table.
    """

    written: tuple[pathlib.Path, ...]
    problems: tuple[str, ...]
    left_out: int


def build(results_folder, project_root, check=False):
    """Renders the run files of a folder, all or nothing.

    Args:
        results_folder: Path of the folder with the run files. The report goes into
            its folder `report`.
        project_root: Path of the project, with the documents.
        check: Whether to find what is not up to date, and to write nothing.

    Returns:
        An Outcome. Without `check` its problems are numbers without a run.

    Raises:
        ValueError: If runs do not belong together, or a document cannot be
            rendered. Nothing is written then.
    """
    folder = pathlib.Path(results_folder) / "report"
    root = pathlib.Path(project_root)
    runs = results.load_all(results_folder)
    current = aggregate.current(runs)
    left_out = len(runs) - len(current)
    settings = aggregate.aggregate(current)
    drawn = {
        setting: {
            folder / f"{setting.stem}_{name}.svg": plot for name, plot in plots.plots(rows).items()
        }
        for setting, rows in settings.items()
    }
    contents = {path: p for group in drawn.values() for path, p in group.items()}
    contents |= _tables(folder, settings, drawn)
    found = {path: path.relative_to(root) for path in blocks.find(root, DOCUMENTS)}
    for path, name in found.items():
        tables_of = _blocks(path, folder, settings, drawn)
        text = blocks.read(path, name)
        contents[path] = blocks.render(name, text, "results", tables_of)
    changed = [path for path in contents if not _same(path, contents[path])]
    old = {path for path in folder.glob("*") if path.suffix in _SUFFIXES and path not in contents}
    numbers = claims.known(settings)
    problems = [
        line
        for path, name in found.items()
        for line in claims.unsupported(name, contents[path], numbers)
    ]
    if check:
        stale = [
            f"{os.path.relpath(path, root)}: is not what the runs say; render it "
            "with `python -m experiments report`."
            for path in sorted(old.union(changed))
        ]
        return Outcome((), tuple(stale + problems), left_out)
    # Plots are drawn before anything is written: drawing can fail.
    texts = {path: _text(contents[path]) for path in changed}
    for path, text in texts.items():
        blocks.write(path, text)
    for path in old:
        path.unlink()
    return Outcome(tuple(sorted(old.union(changed))), tuple(problems), left_out)


def _tables(folder, settings, drawn):
    if not settings:
        return {}
    pages = [_table(folder / "tables.md", s, settings, drawn) for s in settings]
    return {
        folder / "tables.csv": tables.values(settings),
        folder / "tables.md": f"# Results\n\n{_sections(pages)}",
        folder / "tables.html": tables.page(pages),
    }


def _blocks(path, folder, settings, drawn):
    if not settings:
        return dict.fromkeys(("tables", "summary", "headline"), tables.NO_RESULTS)
    pages = [_table(path, s, settings, drawn) for s in settings]
    everything = blocks.link(path, folder / "tables.md")
    more = f"[All variants, how they were measured, and plots]({everything})"
    short = tables.summary(settings)
    plot = _headline_plot(path, folder, drawn)
    return {
        "tables": _sections(pages, "###"),
        "summary": f"{tables.markdown(short)}\n{more}",
        "headline": (f"{tables.markdown(dataclasses.replace(short, plots=plot))}\n{more}"),
    }


def _headline_plot(document, folder, drawn):
    """Returns the plot for a document with one: quality against the level.

    It is that of the first setting, so that nobody chooses the one that looks
    good.
    """
    return tuple(
        (blocks.link(document, path), plot.title)
        for setting, group in drawn.items()
        for path, plot in group.items()
        if path == folder / f"{setting.stem}_level.svg"
    )[:1]


def _table(document, setting, settings, drawn):
    links = [(blocks.link(document, path), plot.title) for path, plot in drawn[setting].items()]
    return tables.table(settings[setting], links)


def _sections(pages, heading="##"):
    return "\n".join(
        f"{heading} {formats.escape(page.title)}\n\n{tables.markdown(page)}" for page in pages
    )


def _same(path, content):
    if not path.exists():
        return False
    if isinstance(content, plots.Plot):
        there = plots.fingerprint(path.read_text("utf-8", "replace"))
        return there == content.fingerprint
    return path.read_bytes() == content.encode()


def _text(content):
    return content.svg() if isinstance(content, plots.Plot) else content
