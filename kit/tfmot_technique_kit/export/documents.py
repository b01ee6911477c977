"""Rewrites documents for their place in TFMOT: names, links, dates."""

import datetime
import json
import posixpath
import re

from tfmot_technique_kit.export.names import PACKAGE, Names
from tfmot_technique_kit.project import Project

# What holds for the package alone: TFMOT has Keras 2.
_PROJECT_ONLY = re.compile(r"<!-- project: begin \w+ -->.*?<!-- project: end -->\n+", re.DOTALL)
# Marks of blocks that commands fill in.
_MARKER = re.compile(r"<!-- \w+: (begin \w+|end) -->\n+")
_LINK = re.compile(r"(?P<image>!?)(?P<text>\[[^\]]*\])\((?P<target>[^()\s]+)\)")
# What notebooks have: buttons at the top, and links with a scheme.
_BUTTONS = re.compile(r'<table class="tfo-notebook-buttons".*?</table>', re.DOTALL)
# The import of Keras, with what a comment before it says of versions.
_KERAS = re.compile(r"(?:^#.*\n)?^import keras$", re.MULTILINE)
_KERAS_OF_TFMOT = f"from {PACKAGE}.python.core.keras.compat import keras"
_ADDRESS = re.compile(r"https://[^\s()<>\"]+")
_MASTER = "https://github.com/tensorflow/model-optimization/blob/master"
_DOWNLOADS = "https://storage.googleapis.com/tensorflow_docs/model-optimization"
_PAGES = f"{PACKAGE}/g3doc/"
_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)
_ROW = re.compile(r"\|[ *]*(?P<key>[^|*]*?)[ *]*(?=\|)")


class Writer:
    """Writes documents of a project for a checkout, on the day of the export."""

    def __init__(self, project: Project, names: Names, date: datetime.date) -> None:
        self._names = names
        self._date = date.isoformat()
        self._root = project.root
        parts = project.manifest.exported
        # Where files and folders go.
        self._upstream = {f.path: dated(f.upstream, date) for part in parts for f in part.files}
        folders = [part.folder for part in parts]
        self._folders = {f.here: f.upstream for f in folders if "{" not in f.upstream}

    def markdown(self, path: str, text: str) -> str:
        """Returns a page as it has to be in TFMOT; its path is that in this project."""
        text = self._with_links(path, _MARKER.sub("", _PROJECT_ONLY.sub("", text)))
        return self._names.rewrite(text).rstrip("\n") + "\n"

    def rfc(self, path: str, text: str) -> str:
        """Returns an RFC as it is submitted: proposed, on the day of the export."""
        return _submitted(self.markdown(path, text), self._date)

    def notebook(self, path: str, text: str) -> str:
        """Returns a notebook, laid out as `nbfmt` does.

        Its links are absolute, here and in TFMOT, so that they work in Colab.
        """
        notebook, buttons = json.loads(text), _buttons(self._upstream[path])
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                source = _BUTTONS.sub(lambda _: buttons, self._with_links(path, source))
                source = _ADDRESS.sub(self._published, source)
            else:
                source = _KERAS.sub(_KERAS_OF_TFMOT, source)
            cell["source"] = self._names.rewrite(source).splitlines(keepends=True)
        return json.dumps(notebook, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def _published(self, match: re.Match[str]) -> str:
        """Returns where TFMOT shows a file that a notebook links in the project's repository."""
        address, mark, anchor = match[0].partition("#")
        there = self._upstream.get(self._names.technique.file_at(address) or "")
        return f"{_page(there)}{mark}{anchor}" if there else match[0]

    def _with_links(self, path: str, text: str) -> str:
        def replaced(match: re.Match[str]) -> str:
            target = self._target(path, match["target"], bool(match["image"]))
            return f"{match['image']}{match['text']}({target})"

        return _LINK.sub(replaced, text)

    def _target(self, path: str, target: str, is_image: bool) -> str:
        """Returns where a link of a page leads when the page has moved."""
        if re.match(r"[a-z+]+:|[#/]", target):
            return target
        address, mark, anchor = target.partition("#")
        here = posixpath.normpath(posixpath.join(posixpath.dirname(path), address))
        there = self._upstream.get(here) or self._folders.get(here)
        if there:
            own = posixpath.dirname(self._upstream[path])
            slash = "/" if address.endswith("/") else ""
            return f"{posixpath.relpath(there, own)}{slash}{mark}{anchor}"
        if here.startswith("..") or not (self._root / here).exists():
            return target  # broken here, too: the checks of the documents say so
        view = "raw" if is_image else "blob"
        return f"{self._names.technique.address_of(here, view)}{mark}{anchor}"


def _page(there: str) -> str:
    """Returns where readers find a file of TFMOT: the pages of the guide are on tensorflow.org."""
    is_page = there.startswith(_PAGES) and there.endswith((".md", ".ipynb"))
    if not is_page:
        return f"{_MASTER}/{there}"
    page = posixpath.splitext(there)[0].removeprefix(_PAGES).removesuffix("/index")
    return f"https://www.tensorflow.org/model_optimization/{page}"


def _buttons(there: str) -> str:
    """Returns the buttons of a notebook of TFMOT."""
    colab = f"{_MASTER}/{there}".replace("github.com", "colab.research.google.com/github")
    rows = (
        ("tf_logo_32px", "View on TensorFlow.org", f'target="_blank" href="{_page(there)}"'),
        ("colab_logo_32px", "Run in Google Colab", f'target="_blank" href="{colab}"'),
        (
            "GitHub-Mark-32px",
            "View source on GitHub",
            f'target="_blank" href="{_MASTER}/{there}"',
        ),
        ("download_logo_32px", "Download notebook", f'href="{_DOWNLOADS}/{there}"'),
    )
    images = "https://www.tensorflow.org/images"
    cells = (
        f'  <td>\n    <a {link}><img src="{images}/{logo}.png" />{text}</a>\n  </td>\n'
        for logo, text, link in rows
    )
    return f'<table class="tfo-notebook-buttons" align="left">\n{"".join(cells)}</table>'


def dated(path: str, date: datetime.date) -> str:
    """Returns a path of the manifest with the day of an export in it."""
    return path.replace("{date}", f"{date:%Y%m%d}")


def _submitted(text: str, date: str) -> str:
    """Fills in the table at the top of an RFC."""
    table = _TABLE.search(text)
    if not table:
        return text
    rows = table[0].splitlines()
    keys = [_ROW.match(row)["key"] for row in rows]
    if "Updated" not in keys:
        rows.append("| **Updated** | |")
        keys.append("Updated")
    for key, value in (("Status", "Proposed"), ("Updated", date)):
        if key in keys:
            number = keys.index(key)
            rows[number] = f"{_ROW.match(rows[number])[0]}| {value} |"
    return text[: table.start()] + "\n".join(rows) + "\n" + text[table.end() :]
