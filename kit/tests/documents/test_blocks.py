"""Tests for blocks."""

import pytest
from tfmot_technique_kit.documents import blocks

_BLOCKS = {"tables": "| all |\n", "summary": "short"}
_TEXT = """# Title

<!-- results: begin tables -->
old
<!-- results: end -->
after
"""


def _render(text):
    return blocks.render("rfcs/a.md", text, "results", _BLOCKS)


def test_replaces_what_is_between_markers_alone() -> None:
    assert (
        _render(_TEXT)
        == """# Title

<!-- results: begin tables -->

| all |

<!-- results: end -->
after
"""
    )


def test_rendering_again_changes_nothing() -> None:
    assert _render(_render(_TEXT)) == _render(_TEXT)


@pytest.mark.parametrize(
    "outside", ["\n\n  spaces \t\n", "no line end", "form\x0cfeed\u2028x\n", ""]
)
def test_text_outside_stays_as_it_is(outside) -> None:
    before = "first\x0b\x1c\u0085\n\n\n"

    result = _render(before + _TEXT + outside)

    assert result.startswith(before)
    assert result.endswith("after\n" + outside)


def test_blocks_of_another_kind_stay_as_they_are() -> None:
    other = "<!-- code: begin tables -->\nkept\n<!-- code: end -->\n"

    assert _render(other + _TEXT) == other + _render(_TEXT)


def test_two_blocks() -> None:
    text = _TEXT + _TEXT.replace("tables", "summary")

    assert "| all |" in _render(text)
    assert "short" in _render(text)


@pytest.mark.parametrize(
    "text, message",
    [
        ("nothing\n", "a.md: has no block for results; add a line"),
        (_TEXT + _TEXT, "a.md:9: a second block 'tables'; remove one"),
        (_TEXT.replace("<!-- results: end -->", ""), "block 'tables' has no end"),
        ("<!-- results: end -->\n", "a.md:1: .* does not fit here"),
        (_TEXT + "<!-- results: end -->\n", "a.md:7: .* does not fit here"),
        (_TEXT.replace("old", "<!-- results: begin summary -->"), "a.md:4: .* does not fit here"),
        (_TEXT.replace("begin tables", "begin"), "a.md:3: .* does not fit here"),
        (_TEXT.replace("<!-- results: b", " <!--results: b"), "a.md:3: .* not fit"),
        (_TEXT.replace("tables", "table"), "unknown block 'table'; there are"),
    ],
)
def test_wrong_markers_are_one_line(text, message) -> None:
    with pytest.raises(blocks.DocumentError, match=message) as caught:
        _render(text)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "content, message",
    [
        (_TEXT.replace("\n", "\r\n").encode(), "line ends other than LF"),
        (b"\xff\xfe", "is not UTF-8"),
    ],
)
def test_files_that_are_not_read(tmp_path, content, message) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(content)

    with pytest.raises(blocks.DocumentError, match=f"^a.md: .*{message}"):
        blocks.read(path, "a.md")


def test_finds_documents_by_patterns(tmp_path) -> None:
    for name in ("rfcs/20260101-x-design.md", "README.md", "other.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()

    found = blocks.find(tmp_path, ["rfcs/*.md", "README.md", "none.md"])

    assert [path.relative_to(tmp_path).as_posix() for path in found] == [
        "README.md",
        "rfcs/20260101-x-design.md",
    ]


def test_writes_a_file_and_its_folders(tmp_path) -> None:
    path = tmp_path / "a" / "b.md"

    blocks.write(path, "é\n")

    assert path.read_bytes() == "é\n".encode()
    assert list(path.parent.iterdir()) == [path]


def test_links_are_relative_to_the_document() -> None:
    link = blocks.link("p/g3doc/guide/x/index.md", "p/results/report/a b.svg")

    assert link == "../../../results/report/a%20b.svg"
