"""Rewrites documents for their place in TFMOT: names, links, dates."""

import json
import posixpath
import re

from tfmot_technique_kit.export import prose

# Marks of blocks that commands of this project fill in.
_MARKER = re.compile(r"<!-- \w+: (begin \w+|end) -->\n+")
_LINK = re.compile(r"(?P<image>!?)(?P<text>\[[^\]]*\])\((?P<target>[^()\s]+)\)")
_ROW = re.compile(r"\|[ *]*(?P<key>[^|*]*?)[ *]*(?=\|)")


class Writer:
    """Writes documents for a checkout.

    Args:
        contribution: The Manifest.
        names: The Names.
        date: The day of the export, a `datetime.date`.
        root: The project's folder, a path.
    """

    def __init__(self, contribution, names, date, root) -> None:
        self._names = names
        self._date = date.isoformat()
        self._root = root
        self._upstream = {
            file.path: dated(file.upstream, date)
            for part in contribution.components
            if part.phase is not None
            for file in part.files
            if file.upstream is not None
        }
        self._folders = {
            part.folder.here: part.folder.upstream
            for part in contribution.components
            if part.phase is not None and "{" not in (part.folder.upstream or "{")
        }

    def markdown(self, path, text):
        """Returns a page as it has to be in TFMOT.

        Args:
            path: Its path in this project.
            text: Its text.
        """
        text = self._with_links(path, _MARKER.sub("", text))
        return prose.rewrite(text, self._names).rstrip("\n") + "\n"

    def rfc(self, path, text):
        """Returns an RFC as it is submitted: proposed, on the day of the export."""
        return _submitted(self.markdown(path, text), self._date)

    def notebook(self, path, text) -> str:
        """Returns a notebook, laid out as `nbfmt` does."""
        notebook = json.loads(text)
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["cell_type"] == "markdown":
                source = self._with_links(path, source)
            cell["source"] = prose.rewrite(source, self._names).splitlines(keepends=True)
        text = json.dumps(notebook, indent=2, sort_keys=True, ensure_ascii=False)
        return f"{text}\n"

    def _with_links(self, path, text):
        def replaced(match):
            target = self._target(path, match["target"], bool(match["image"]))
            return f"{match['image']}{match['text']}({target})"

        return _LINK.sub(replaced, text)

    def _target(self, path, target, is_image):
        """Returns where a link of a page leads when the page has moved."""
        if re.match(r"[a-z+]+:|[#/]", target):
            return target
        address, mark, anchor = target.partition("#")
        folder = posixpath.dirname(path)
        here = posixpath.normpath(posixpath.join(folder, address))
        there = self._upstream.get(here) or self._folders.get(here)
        if there:
            own = posixpath.dirname(self._upstream[path])
            slash = "/" if address.endswith("/") else ""
            return f"{posixpath.relpath(there, own)}{slash}{mark}{anchor}"
        if here.startswith("..") or not (self._root / here).exists():
            return target  # broken here, too: the checks of the documents say so
        view = "raw" if is_image else "blob"
        return f"{self._names.repository}/{view}/main/{here}{mark}{anchor}"


def dated(path, date):
    """Returns a path of the manifest with the day of an export in it."""
    return path.replace("{date}", f"{date:%Y%m%d}")


def _submitted(text, date):
    """Fills in the table at the top of an RFC."""
    lines = text.splitlines()
    first = next((i for i, row in enumerate(lines) if row.startswith("|")), None)
    if first is None:
        return text
    last = first
    while last + 1 < len(lines) and lines[last + 1].startswith("|"):
        last += 1
    keys = [_ROW.match(line)["key"] for line in lines[first : last + 1]]
    if "Updated" not in keys:
        lines.insert(last + 1, "| **Updated** | |")
        keys.append("Updated")
    for key, value in (("Status", "Proposed"), ("Updated", date)):
        if key in keys:
            number = first + keys.index(key)
            start = _ROW.match(lines[number])[0]
            lines[number] = f"{start}| {value} |"
    return "\n".join(lines) + "\n"
