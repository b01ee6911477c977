"""Tests of the edits of files that TFMOT has."""

import dataclasses

import pytest

from tests.export import miniature
from tfmot_technique_kit.export import edits

CORE, T = miniature.CORE, miniature.T


def facts(slug="some_method", title="Some method"):
    """Returns Facts of a technique."""
    summary = "It does this. It does that."
    technique = miniature.NAMES.technique.model_copy(
        update={"slug": slug, "title": title, "summary": summary}
    )
    folders = {
        name: getattr(miniature.NAMES, name).replace("some_method", slug)
        for name in ("core", "api", "example", "guide")
    }
    names = dataclasses.replace(miniature.NAMES, technique=technique, **folders)
    pages = (("Overview", ""), ("Example", f"{slug}_example"))
    return edits.Facts(names, ("New.", "Tested against all."), ("apply_some", "schedule"), pages)


def before(path):
    """Returns a file of the miniature."""
    return (miniature.DATA / "checkout" / path).read_text()


def edited(path, *techniques, text=None):
    """Returns a file of the miniature after the edits for some techniques."""
    text = before(path) if text is None else text
    for technique in techniques:
        text = edits.apply(path, text, technique)
    return text


def added(path, *techniques):
    """Returns the lines that edits add, without those that they remove."""
    old = before(path).splitlines()
    return [line for line in edited(path, *techniques).splitlines() if line not in old]


@pytest.mark.parametrize("path", edits.EDITS)
def test_twice_is_as_once_and_the_order_of_techniques_does_not_matter(path) -> None:
    one, other = facts(), facts("aaa", "Aaa")

    assert edited(path, one, one) == edited(path, one)
    assert edited(path, one, other, one) == edited(path, one, other)
    if "guide/" not in path and "book" not in path:
        assert edited(path, one, other) == edited(path, other, one)


@pytest.mark.parametrize("path", edits.EDITS)
def test_a_technique_whose_name_begins_alike_is_left_alone(path) -> None:
    longer = facts("some_method_two", "Some method two")

    both = edited(path, longer, facts())

    assert edited(path, longer, text=both) == both
    for line in added(path, longer):
        if "Our toolkit" not in line and not line.startswith("["):
            assert line in both


@pytest.mark.parametrize("path", edits.API_INITS)
@pytest.mark.parametrize(
    "slug, modules",
    [
        ("aaa", ["aaa", "clustering", "sparsity"]),
        ("middle", ["clustering", "middle", "sparsity"]),
        ("zzz", ["clustering", "sparsity", "zzz"]),
    ],
)
def test_modules_are_sorted(path, slug, modules) -> None:
    lines = edited(path, facts(slug)).splitlines()

    assert [line.split()[-1] for line in lines if ".api import" in line] == modules


def test_build_of_the_api() -> None:
    assert added(f"{CORE}/api/BUILD", facts()) == [
        '        "some_method/__init__.py",',
        '        "some_method/keras/__init__.py",',
        f'        "//{CORE}/some_method/keras:apply_some",',
        f'        "//{CORE}/some_method/keras:schedule",',
    ]


KEEP = ",  # buildcleaner: keep\n"
WRITTEN = {
    f"{CORE}/BUILD": f'core/keras"{KEEP}        "//{CORE}/middle"{KEEP}        "//{CORE}/sparsity"',
    edits.LABELER: "technique:clustering:\n- a/**/*\n\ntechnique:middle:\n"
    f"- {CORE}/middle/**/*\n- {CORE}/api/middle/**/*\n"
    f"- {T}/python/examples/middle/**/*\n- {T}/g3doc/guide/middle/**/*\n\ntechnique:pruning",
    "README.md": "clustering</td>\n    <td>A</td>\n  </tr>\n  <tr>\n    <td>tfmot.middle</td>\n"
    "    <td>R&amp;D &lt;Labs&gt;</td>\n  </tr>\n  <tr>\n    <td>tfmot.sparsity</td>\n",
    "RELEASE.md": "Keras clustering API:\n\n* Major Features\n* Tested against nothing.\n\n"
    "Keras middle API:\n\n* Major Features and Improvements\n"
    "* Bug Fixes and Other Changes\n* Tested against all.\n\n"
    "Keras pruning API:\n\n* Major Features\n\n\n"
    "# TensorFlow Model Optimization next release TBD\n\n"
    "Keras middle API:\n\n* New.\n* Tested against all.\n\n"
    "# TensorFlow Model Optimization 0.8.1\n",
    f"{T}/g3doc/guide/optimize_further.md": "*   [Middle](./middle/)\n*   [Collaborative",
}


@pytest.mark.parametrize("path", WRITTEN)
def test_what_is_written_among_that_of_other_techniques(path) -> None:
    assert WRITTEN[path] in edited(path, facts("middle", "Middle"))


def test_release_notes_are_not_repeated_once_released() -> None:
    heading = "# TensorFlow Model Optimization next release TBD"
    released = edited("RELEASE.md", facts()).replace(
        f"{heading}\n", f"{heading}\n\n# TensorFlow Model Optimization 0.9.0\n"
    )

    assert edited("RELEASE.md", facts(), text=released) == released


@pytest.mark.parametrize(
    "title, written",
    [
        ("Some method", "Some method"),
        ("A: b", '"A: b"'),
        ('Say "it" # now', '"Say \\"it\\" # now"'),
    ],
)
def test_navigation(title, written) -> None:
    assert (
        f"      - heading: {written}\n"
        "      - title: Overview\n"
        "        path: /model_optimization/guide/some_method\n"
        "      - title: Example\n"
        "        path: /model_optimization/guide/some_method/some_method_example\n"
        "\n      - heading: Collaborative optimization"
    ) in edited(edits.BOOK, facts(title=title))


def test_the_guide_links_and_describes_it() -> None:
    text = edited(f"{T}/g3doc/guide/index.md", facts(), facts("svd", "SVD"))

    assert (
        "Our toolkit supports [quantization](./quantization.md),\n"
        "[pruning](./pruning/index.md), [clustering](./clustering/index.md),\n"
        "[some method](./some_method/index.md), and [SVD](./svd/index.md). The toolkit\n"
        "also does other things.\n"
    ) in text
    assert (
        "### Some method\n\nIt does this. It does that.\n\n"
        "### SVD\n\nIt does this. It does that.\n\n### Collaborative"
    ) in text
