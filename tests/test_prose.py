"""The documents read as English, whatever the technique is called."""

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import support

from tfmot_template_rules import english

# Code and addresses are no prose. "§" stands for them, and before a name, whose article counts.
_CODE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_NOT_PROSE = re.compile(r"<!--.*?-->|<[^>\n]+>|(?<=\])\([^)]*\)", re.DOTALL)
_INLINE = re.compile(r"`([^`]*)`")
_LIST_MARKER = re.compile(r"^ *(?:[*-]|\d+\.) +", re.MULTILINE)

# Words that headings write with a capital.
_PROPER = {
    *("TensorFlow", "Lite", "Keras", "Colab", "Python", "Models", "Official", "MNIST"),
    *("Android", "Authors", "Functional", "GitHub", "Linux", "Sequential", "Windows"),
}

# Endings that are made from a noun where a verb belongs, or of a form that is made twice.
_MISMADE = re.compile(
    r"\b(?!needed)\w*(?:inged|inging|ingable|ationed|ationable|ityed|itys|ityable|eded|izeed|eabled)\b",
    re.IGNORECASE,
)
_CAN_BE_DOUBLED = {"that", "had"}


def _texts(project: Path) -> Iterator[tuple[str, str]]:
    """Yields what prose there is, by file: Markdown and the text cells of notebooks."""
    for path in sorted(project.rglob("*.md")):
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted(project.rglob("*.ipynb")):
        cells = nbformat.read(path, nbformat.NO_CONVERT).cells
        prose = [cell.source for cell in cells if cell.cell_type == "markdown"]
        yield path.name, "\n\n".join(prose)


def _paragraphs(text: str) -> Iterator[str]:
    """Yields paragraphs without code, marks and line ends."""
    text = _CODE.sub("", text)
    text = _INLINE.sub(lambda code: f"§{code[1]}" if code[1].isidentifier() else "§", text)
    text = re.sub(r"https?://\S+", "§", _NOT_PROSE.sub("", text))
    text = _LIST_MARKER.sub("\n", text)
    for block in re.split(r"\n\s*\n|^\|.*$", text, flags=re.MULTILINE):
        paragraph = re.sub(r"\s*\n\s*", " ", re.sub(r"[*\[\]]+(?=\S)|(?<=\S)[*\]]+", "", block))
        if paragraph.strip():
            yield paragraph.strip()


def _headings(text: str) -> list[str]:
    return re.findall(r"^#+ +(?!Copyright)(.+)$", _CODE.sub("", text), re.MULTILINE)


def _problems_of_a_paragraph(text: str, title: str) -> Iterator[str]:
    for article, word in re.findall(r"\b([Aa]n?) §?([A-Za-z][\w-]*)", text):
        if word.isupper() or word[1:2].isupper():
            continue  # spelled letter by letter
        if english.with_article(word.lower()).split()[0] != article.lower():
            yield f"article: {article} {word}"
    for word in re.findall(r"\b([A-Za-z]+) \1\b", text):
        if word.lower() not in _CAN_BE_DOUBLED:
            yield f"doubled: {word} {word}"
    yield from (f"mis-made: {found}" for found in _MISMADE.findall(text))
    yield from (f"two spaces: {found}" for found in re.findall(r"\S+ {2,}\S+", text))
    yield from (f"space before: {found}" for found in re.findall(r"\w+ [,;:!?](?= |$)", text))
    yield from (f"small letter: {found}" for found in re.findall(r"[a-z]{3,}\. [a-z]\w*", text))
    if title[1:2].islower():
        found = re.findall(rf"[a-z,] {re.escape(title)}\b", text)
        yield from (f"capital: {within}" for within in found)


def _problems_of_a_heading(text: str) -> Iterator[str]:
    words = re.findall(r"[A-Za-z][\w-]*", _INLINE.sub("", text))
    first = text.split()[0]
    if first[0].islower() and not first.endswith(".md"):
        yield f"heading: {text}"
    after_colon = {part.split()[0] for part in text.split(": ")[1:]}
    for word in words[1:]:
        if word[0].isupper() and word[1:].islower() and word not in _PROPER | after_colon:
            yield f"heading: {text}"


@pytest.mark.parametrize("named_project", support.TECHNIQUES, indirect=True)
def test_documents_read_as_english(named_project):
    readme = (named_project / "README.md").read_text(encoding="utf-8")
    [title] = re.findall(r"\A# (.*)$", readme, re.MULTILINE)
    problems = [
        f"{name}: {problem}"
        for name, text in _texts(named_project)
        for problem in (
            *(
                p
                for paragraph in _paragraphs(text)
                for p in _problems_of_a_paragraph(paragraph, title)
            ),
            *(p for heading in _headings(text) for p in _problems_of_a_heading(heading)),
        )
    ]
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("It is a unused one.", "article: a unused"),
        ("It is an pruned one.", "article: an pruned"),
        ("It is an\n`pruned_model`.", "article: an pruned_model"),
        ("The the model.", None),
        ("the\nthe model.", "doubled: the the"),
        ("A pruninged model.", "mis-made: pruninged"),
        ("A  model.", "two spaces: A  model."),
        ("A model , too.", "space before: model ,"),
        ("That is all. another one.", "small letter: all. another"),
        ("Use Connection pruning here.", "capital: e Connection pruning"),
        ("A pruned model, an hour, `a  b` and https://a.b/a.", None),
        ("*   Use it.\n\n| a  b | an pruned |", None),
    ],
)
def test_finds_what_does_not_read_as_english(text, problem):
    found = [
        problem
        for paragraph in _paragraphs(text)
        for problem in _problems_of_a_paragraph(paragraph, "Connection pruning")
    ]
    assert found[:1] == ([problem] if problem else [])
