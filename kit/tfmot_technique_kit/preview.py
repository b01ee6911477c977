"""Shows the documents as a site.

MkDocs makes it from the very files, by links in a folder below `build`. It reads this file,
too: it calls the functions that begin with `on_`.
"""

import json
import logging
import posixpath
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from mkdocs.exceptions import PluginError
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tfmot_technique_kit import files as files_lib
from tfmot_technique_kit import pages as pages_lib
from tfmot_technique_kit.documents import api_pages
from tfmot_technique_kit.project import Project

# Titles of the menu, and the pages below them.
_MENU = {
    "Home": ["README.md", "DEVELOPING.md", "CONTRIBUTING.md"],
    "Guide": [
        "g3doc/guide/*/index.md",
        "g3doc/guide/*/*_example.ipynb",
        "g3doc/guide/*/*_comprehensive_guide.ipynb",
        "g3doc/guide/*/internals.md",
    ],
    "RFCs": ["rfcs/*.md"],
    "Experiments": ["experiments/README.md", "experiments/results/report/*.md"],
    "Release": ["RELEASE.md", "CHANGELOG.md", "blog/*.md"],
    "API": ["api_docs/*.md", "api_docs/*/*.md", "api_docs/*/*/*.md"],
}
# Not shown: what is large, or has the name of a page.
_EXCLUDED = (
    "__pycache__",
    "/experiments/artifacts",
    "/experiments/logs",
    "/experiments/results/report/*.html",
)
_STYLE = """\
.wy-nav-content { max-width: 1100px; }
.rst-content .wy-table-responsive table.docutils :is(td, th) {
  white-space: normal; padding: 4px 6px; font-size: 14px; line-height: 1.3; }
.jp-InputPrompt, .jp-OutputPrompt { display: none !important; }
"""

_LINK = re.compile(r'(?<=href=")(?![a-z]+:|//|#)([^"#?]+\.(?:md|ipynb))')
_CELL = re.compile(r"<td>.*?</td>", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")

_log = logging.getLogger("mkdocs")


def run(project: Project, address: str | None) -> int:
    """Serves the site until it is interrupted, or makes it; returns 0, or 1 after an error.

    Without an address to serve at, such as 'localhost:8000', it makes the site in
    build/preview/html; then warnings, such as of links to nowhere, are errors.
    """
    options = ["serve", "--dev-addr", address] if address else ["build", "--strict"]
    command = [sys.executable, "-m", "mkdocs", *options, "--config-file", str(prepare(project))]
    try:
        return min(subprocess.run(command, cwd=project.root, check=False).returncode, 1)
    except KeyboardInterrupt:
        return 0


def prepare(project: Project) -> Path:
    """Links the documents into build/preview/pages; returns the configuration of MkDocs."""
    folder = project.root / "build" / "preview"
    pages = folder / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    pages.mkdir(parents=True)
    for path in project.root.iterdir():
        if not pages_lib.is_left_out(path):
            (pages / path.name).symlink_to(path)
    api = project.root / api_pages.FOLDER
    if api.exists():
        (pages / api.name).symlink_to(api)
    (pages / "preview.css").write_text(_STYLE, encoding="utf-8")
    menu = {title: _entries(pages, patterns) for title, patterns in _MENU.items()}
    configuration = {
        "site_name": project.technique.title,
        "docs_dir": str(pages),
        "site_dir": str(folder / "html"),
        "use_directory_urls": False,  # pages open from files, too
        "exclude_docs": "\n".join(_EXCLUDED),
        # Its own highlighting comes from the network; Pygments is here.
        "theme": {"name": "readthedocs", "navigation_depth": 3, "highlightjs": False},
        "markdown_extensions": [
            "fenced_code",
            "tables",
            {"codehilite": {"noclasses": True, "guess_lang": False}},
        ],
        "extra_css": ["preview.css"],
        "nav": [{title: entries} for title, entries in menu.items() if entries],
        "plugins": ["search", {"mkdocs-jupyter": {"include": ["*.ipynb"], "cache": False}}],
        "hooks": [str(Path(__file__).resolve())],
        "validation": {
            "links": {"anchors": "warn", "absolute_links": "warn"},
            "nav": {"omitted_files": "ignore"},
        },
        "watch": [str(path.resolve()) for path in pages.iterdir()],
    }
    text = yaml.safe_dump(configuration, sort_keys=False)
    return files_lib.write(folder / "mkdocs.yml", text)


def _entries(pages: Path, patterns: list[str]) -> list[str | dict[str, str]]:
    """Returns the entries of a menu: pages, with titles where theirs are not good."""
    entries: list[str | dict[str, str]] = []
    for path in (path for pattern in patterns for path in sorted(pages.glob(pattern))):
        name = path.relative_to(pages).as_posix()
        title = "Overview" if path.name == "index.md" else path.stem
        is_titled = path.name != "index.md" and not name.startswith("api_docs/")
        entries.append(name if is_titled else {title: name})
    return entries


@event_priority(100)  # before that of mkdocs-jupyter
def on_files(files: Files, config: Any) -> Files:
    """Takes the state of widgets out of notebooks: nbconvert stumbles over that of Colab.

    Raises:
        PluginError: If a notebook is none: MkDocs shows it as one line.
    """
    copies = Path(config.docs_dir).parent / "notebooks"
    for file in [file for file in files if file.src_uri.endswith(".ipynb")]:
        try:
            notebook = pages_lib.notebook(Path(file.abs_src_path))
        except ValueError as error:
            raise PluginError(f"{file.src_uri} {error}") from error
        if "widgets" in notebook["metadata"]:
            del notebook["metadata"]["widgets"]
            files_lib.write(copies / file.src_uri, json.dumps(notebook))
            files.remove(file)
            place = (str(copies), config.site_dir, config.use_directory_urls)
            files.append(File(file.src_uri, *place))
    return files


def on_page_content(html: str, page: Page, config: Any, files: Files) -> str:  # noqa: ARG001
    """Does for raw HTML what MkDocs does for Markdown: links, and code in tables.

    Notebooks and pages of the API have much of it.
    """

    def lead(link: re.Match[str]) -> str:
        folder = posixpath.dirname(page.file.src_uri)
        target = files.get_file_from_path(posixpath.normpath(posixpath.join(folder, link[1])))
        if target is None:
            _log.warning("%s links to %s, which is missing.", page.file, link[1])
            return link[0]
        return target.url_relative_to(page.file)

    if page.file.src_uri.startswith("api_docs/"):
        html = _CELL.sub(lambda cell: _CODE.sub(r"<code>\1</code>", cell[0]), html)
    return _LINK.sub(lead, html)
