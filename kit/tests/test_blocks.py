"""Tests of text between markers."""

import pytest

from tfmot_technique_kit import blocks
from tfmot_technique_kit.errors import UserError

TEXT = """# Title

<!-- results: begin tables -->
old
<!-- results: end -->
after
"""
RENDERED = TEXT.replace("old\n", "\n| all |\n\n")


def _render(text):
    return blocks.render("a.md", text, "results", {"tables": "| all |\n", "summary": "short"})


def test_replaces_what_is_between_markers_alone():
    assert _render(TEXT) == RENDERED
    assert _render(RENDERED) == RENDERED


@pytest.mark.parametrize(
    "outside",
    [
        "\n\n  spaces \t\n",
        "no line end",
        "form\x0cfeed\u2028x\n",
        "<!-- code: begin tables -->\nkept\n<!-- code: end -->\n",  # of another kind
    ],
)
def test_text_outside_stays_as_it_is(outside):
    before = "first\x0b\x1c\u0085\n\n\n"

    assert _render(before + TEXT + outside) == before + RENDERED + outside


def test_two_blocks():
    text = _render(TEXT + TEXT.replace("tables", "summary"))

    assert text == RENDERED + RENDERED.replace("tables", "summary").replace("| all |", "short")


@pytest.mark.parametrize(
    "text, message",
    [
        ("nothing\n", "a.md: has no block for results; add a line"),
        (TEXT + TEXT, "a.md:9: a second block 'tables'; remove one"),
        (TEXT.replace("<!-- results: end -->", ""), "block 'tables' has no end"),
        ("<!-- results: end -->\n", "a.md:1: .* does not fit here"),
        (TEXT + "<!-- results: end -->\n", "a.md:7: .* does not fit here"),
        (TEXT.replace("old", "<!-- results: begin summary -->"), "a.md:4: .* does not fit here"),
        (TEXT.replace("begin tables", "begin"), "a.md:3: .* does not fit here"),
        (TEXT.replace("<!-- results: b", " <!--results: b"), "a.md:3: .* not fit"),
        (TEXT.replace("tables", "table"), "unknown block 'table'; there are"),
    ],
)
def test_wrong_markers_are_one_line(text, message):
    with pytest.raises(UserError, match=message) as caught:
        _render(text)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content, message",
    [
        (TEXT.replace("\n", "\r\n").encode(), "line ends other than LF"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_files_that_are_not_read(tmp_path, content, message):
    path = tmp_path / "a.md"
    path.write_bytes(content)

    with pytest.raises(UserError, match=f"^a.md: .*{message}"):
        blocks.read(path, "a.md")


def test_finds_the_pages_with_a_block(tmp_path):
    for name in ("20260101-x-design.md", "redesign.md", "proposal.md", "plain.txt"):
        (tmp_path / name).write_text(TEXT if name != "proposal.md" else "# Title\n")

    found = blocks.having(tmp_path, ["design.md", "proposal.md", "none.md", "plain.txt"], "results")

    assert found == {tmp_path / "20260101-x-design.md": TEXT}


def test_links_are_relative_to_the_document():
    link = blocks.link("p/g3doc/guide/x/index.md", "p/results/report/a b.svg")

    assert link == "../../../results/report/a%20b.svg"
