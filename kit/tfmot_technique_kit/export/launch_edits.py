"""Edits that announce the technique: navigation, guide, README, release notes.

Each takes the Lines of a file, which it changes, and the Facts.
"""

import html
import json
import re
import textwrap

_RELEASE_TEMPLATE = ("* Major Features and Improvements", "* Bug Fixes and Other Changes")


def readme(lines, facts) -> None:
    """The table of maintainers."""
    own = rf" *<td>{re.escape(facts.names.public)}</td>"
    for i in lines.all(own):
        del lines.lines[i - 1 : i + 3]
    pattern = r" *<td>tfmot\.\w+</td>"
    lines.find(pattern, 'a table with cells like "<td>tfmot.sparsity</td>"')
    places = lines.all(pattern)
    cell = f"    <td>{facts.names.public}</td>"
    row = ["  <tr>", cell, f"    <td>{html.escape(facts.organization, False)}</td>"]
    index = next((i - 1 for i in places if lines.lines[i] > cell), places[-1] + 3)
    lines.insert(index, *row, "  </tr>")


def release(lines, facts) -> None:
    """The notes of the next release, and what to fill in for later ones."""
    title = f"Keras {facts.names.title_inside} API:"
    notes = [f"* {note}" for note in facts.release_notes]
    tested = [note for note in notes if note.startswith("* Tested against")]
    template = [*_RELEASE_TEMPLATE, *tested]
    _release_block(lines, r"# Release Template", title, template, "Release Template")
    heading = r"# TensorFlow Model Optimization next release.*"
    end = lines.find(heading, "the heading of the next release") + 1
    following = [i for i in lines.all(r"# .*") if i >= end]
    if following and lines.all(re.escape(title), following[0]):
        return  # It has been released: what is new next time is for its authors.
    _release_block(lines, heading, title, notes, "next release")


def _release_block(lines, heading, title, notes, name):
    start = lines.find(heading, f'the heading "{name}"') + 1
    end = next((i for i in lines.all(r"# .*", start)), len(lines.lines))
    section = lines.lines[start:end]
    blocks = _split_at(section, r"Keras .* API:")
    blocks = [block for block in blocks if block[0] != title]
    body = [line for block in blocks for line in block]
    at = next((i for i, line in enumerate(body) if _is_api(line) and line > title), len(body))
    before, after = _stripped(body[:at]), _stripped(body[at:])
    parts = [before, [title, "", *notes], after]
    joined = [line for part in parts if part for line in ["", *part]]
    blank = len(section) - len(_right_stripped(section))
    lines.lines[start:end] = [*joined, *[""] * max(blank, 1)]


def _is_api(line):
    return re.fullmatch(r"Keras .* API:", line) is not None


def _split_at(lines, pattern):
    """Splits lines into blocks that begin with a line that matches."""
    blocks = [[]]
    for line in lines:
        if re.fullmatch(pattern, line):
            blocks.append([])
        blocks[-1].append(line)
    return [block for block in blocks if block]


def book(lines, facts) -> None:
    """The navigation of the site."""
    address = _address(facts.guide)
    own = re.compile(rf" *path: {re.escape(address)}(/.*)?")
    collaborative = lines.find(
        r" *- heading: Collaborative.*", 'the heading "Collaborative optimization"'
    )
    indent = " " * lines.lines[collaborative].index("-")
    block = [f"{indent}- heading: {_yaml(facts.names.title)}"]
    for title, page in facts.pages:
        block += [f"{indent}- title: {_yaml(title)}"]
        block += [f"{indent}  path: {'/'.join(filter(None, (address, page)))}"]
    there = lines.all(own.pattern)
    if there:
        start = lines.all(r" *- heading: .*", 0, there[0])[-1]
        lines.lines[start : there[-1] + 1] = block
    else:
        lines.insert(collaborative, *block, "")


def guide_index(lines, facts) -> None:
    """The page of the guide: a link among the techniques, and a section."""
    title, slug = facts.names.title, facts.names.slug
    start = lines.find(r"Our toolkit supports.*", 'a sentence "Our toolkit supports"')
    end = lines.find(r"", "the end of its paragraph", start)
    paragraph = " ".join(lines.lines[start:end])
    target = f"(./{slug}/index.md)"
    if target not in paragraph:
        found = re.search(r",? and (\[[^\]]*\]\([^)]*\))\.", paragraph)
        if not found:
            lines.find(r"(?!)", 'links up to "and [technique](link)."', start, end)
        added = f", {found[1]}, and [{facts.names.title_inside}]{target}."
        paragraph = paragraph[: found.start()] + added + paragraph[found.end() :]
        lines.lines[start:end] = _wrapped(paragraph)
    heading = f"### {title}"
    index = lines.find(r"### Collaborative.*", 'a section "Collaborative..."')
    for own in lines.all(re.escape(heading)):
        after = lines.all(r"#+ .*", own + 1)
        del lines.lines[own : after[0] if after else len(lines.lines)]
        index = own
    lines.insert(index, heading, "", *_wrapped(facts.summary), "")


def optimize_further(lines, facts) -> None:
    """The list of tools for training."""
    target = f"(./{facts.names.slug}/)"
    if any(target in line for line in lines.lines):
        return
    index = lines.find(r"\* +\[Collaborative.*", 'a bullet "[Collaborative optimization]"')
    lines.insert(index, f"*   [{facts.names.title}]{target}")


def _wrapped(text):
    """Breaks a paragraph into lines, but not in the text of a link."""
    glued = re.sub(r"\[[^\]]*\]", lambda link: link[0].replace(" ", "\0"), text)
    lines = textwrap.wrap(glued, 80, break_long_words=False, break_on_hyphens=False)
    return [line.replace("\0", " ") for line in lines]


def _address(guide):
    return f"/model_optimization/guide/{guide.rpartition('/')[2]}"


def _yaml(text):
    """Returns a text as YAML: plain where that is safe, else quoted."""
    if re.fullmatch(r"[A-Za-z][\w ().-]*", text):
        return text
    return json.dumps(text, ensure_ascii=False)


def _stripped(lines):
    lines = _right_stripped(lines)
    while lines and not lines[0].strip():
        lines = lines[1:]
    return lines


def _right_stripped(lines):
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines
