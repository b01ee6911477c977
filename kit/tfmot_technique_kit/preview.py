"""Shows the documents as a site: `python -m tools.preview`.

MkDocs makes it from the very files, by links in a folder below `build`. MkDocs
reads this file, too: it calls `on_page_content`.
"""

import argparse
import importlib.util
import logging
import os
import pathlib
import posixpath
import re
import shutil
import subprocess
import sys

import tfmot_technique_kit as tools
from tfmot_technique_kit.documents import api_pages as api_docs

FOLDER = tools.ROOT / "build" / "preview"

# Titles of the menu, and the pages below them.
_MENU = {
    "Home": ["README.md"],
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
.wy-table-responsive table :is(td, th) { white-space: normal; }
.jp-InputPrompt, .jp-OutputPrompt { display: none !important; }
"""

_LINK = re.compile(r'(?<=href=")(?![a-z]+:|//|#)([^"#?]+\.(?:md|ipynb))')
_CELL = re.compile(r"<td>.*?</td>", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")

_log = logging.getLogger("mkdocs")


def prepare(root=tools.ROOT, folder=FOLDER, api=api_docs.OUTPUT):
    """Links the documents into a folder, and writes how to make a site of them.

    Args:
        root: The project's folder, a path.
        folder: Path of the folder to make anew.
        api: Path of the pages of the API. They may be missing.

    Returns:
        The path of the configuration of MkDocs.
    """
    import yaml

    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "pages"
    pages.mkdir(parents=True)
    for path in sorted(root.iterdir()):
        is_environment = (path / "pyvenv.cfg").exists()
        if not path.name.startswith(".") and path.name not in ("build", "dist"):
            if not is_environment:
                (pages / path.name).symlink_to(path)
    if api.exists():
        (pages / "api_docs").symlink_to(api)
    (pages / "preview.css").write_text(_STYLE, encoding="utf-8")
    configuration = folder / "mkdocs.yml"
    text = yaml.safe_dump(_configure(pages), sort_keys=False)
    configuration.write_text(text, encoding="utf-8")
    return configuration


def _configure(pages):
    return {
        "site_name": api_docs.TECHNIQUE.title,
        "docs_dir": str(pages),
        "site_dir": str(pages.parent / "html"),
        "use_directory_urls": False,  # pages open from files, too
        "exclude_docs": "\n".join(_EXCLUDED),
        "theme": {
            "name": "readthedocs",
            "navigation_depth": 3,
            "highlightjs": False,  # it comes from the network; Pygments is here
        },
        "markdown_extensions": [
            "fenced_code",
            "tables",
            {"codehilite": {"noclasses": True, "guess_lang": False}},
        ],
        "extra_css": ["preview.css"],
        "nav": [
            {title: nav} for title, patterns in _MENU.items() if (nav := _find(pages, patterns))
        ],
        "plugins": ["search", {"mkdocs-jupyter": {"include": ["*.ipynb"]}}],
        "hooks": [str(pathlib.Path(__file__).resolve())],
        "validation": {
            "links": {"anchors": "warn", "absolute_links": "warn"},
            "nav": {"omitted_files": "ignore"},
        },
        "watch": [str(path.resolve()) for path in sorted(pages.iterdir())],
    }


def _find(pages, patterns):
    """Returns the entries of a menu."""
    found = [
        posixpath.relpath(path, pages)
        for pattern in patterns
        for path in sorted(pages.glob(pattern))
    ]
    return [{title: name} if (title := _title(name)) else name for name in found]


def _title(name):
    """Returns the title of a page in the menu, None for its own."""
    if name.startswith("api_docs/"):
        return posixpath.basename(name).removesuffix(".md")
    return "Overview" if name.endswith("/index.md") else None


def on_page_content(html, page, config, files):
    """Does for raw HTML what MkDocs does for Markdown: links, and code in tables.

    Pages of the API have much of both.

    Args:
        html: The content of a page.
        page: The page.
        config: The configuration of MkDocs.
        files: All files of the site.

    Returns:
        The content to show.
    """
    del config

    def lead(link):
        folder = posixpath.dirname(page.file.src_uri)
        name = posixpath.normpath(posixpath.join(folder, link[1]))
        target = files.get_file_from_path(name)
        if target is None:
            _log.warning("%s links to %s, which is missing.", page.file, link[1])
            return link[0]
        return target.url_relative_to(page.file)

    def mark_code(cell):
        return _CODE.sub(r"<code>\1</code>", cell[0])

    if page.file.src_uri.startswith("api_docs/"):
        html = _CELL.sub(mark_code, html)
    return _LINK.sub(lead, html)


def main(arguments=None):
    """Serves or makes the site. Returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m tools.preview", description="Shows the documents as a site."
    )
    parser.add_argument(
        "--build", action="store_true", help="make the site, and fail for links that lead nowhere"
    )
    parser.add_argument("--address", default="localhost:8000", help="to serve at (%(default)s)")
    options = parser.parse_args(arguments)
    for module in ("mkdocs", "mkdocs_jupyter"):
        if importlib.util.find_spec(module) is None:
            print(f"Error: {module} is missing; run: pip install -e '.[preview]'", file=sys.stderr)
            return 1
    command = [sys.executable, "-m", "mkdocs"]
    if options.build:
        command += ["build", "--strict", "--quiet"]
    else:
        command += ["serve", "--dev-addr", options.address]
    command += ["--config-file", str(prepare())]
    try:
        status = subprocess.run(command, cwd=tools.ROOT).returncode
    except KeyboardInterrupt:
        return 0
    if options.build and not status:
        print(f"Made {os.path.relpath(FOLDER / 'html' / 'index.html')}.")
    return min(status, 1)


if __name__ == "__main__":
    sys.exit(main())
