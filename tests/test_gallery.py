"""The gallery's page says what its run files say, and nothing of the machine."""

import importlib
import json
import shutil
import sys

import pytest
import support

GALLERY = support.ROOT / "gallery"
RUNS = sorted(GALLERY.glob("runs/*.json"))


@pytest.fixture
def page(monkeypatch):
    """The module that renders the page."""
    monkeypatch.syspath_prepend(str(GALLERY))
    yield importlib.import_module("page")
    for name in ("page", "techniques"):
        sys.modules.pop(name, None)


def test_the_page_is_what_the_runs_say(page):
    assert page.render(check=True) == [], "run `python gallery/page.py`"


def test_another_result_makes_another_page(page, tmp_path):
    gallery = shutil.copytree(GALLERY, tmp_path / "gallery")
    path = next(gallery.glob("runs/*_control_0_*.json"))
    run = json.loads(path.read_text())
    run["quality"]["value"] /= 2
    path.write_text(json.dumps(run))
    task = run["task"]
    stale = ["README.md", f"{task}_size.svg", f"{task}_latency.svg"]
    assert page.render(gallery / "runs", check=True) == stale
    assert page.render(gallery / "runs") == stale
    assert page.render(gallery / "runs", check=True) == []


def test_each_technique_has_a_file_and_results(page):
    import techniques

    slugs = {each.slug for each in techniques.ALL}
    found = {json.loads(path.read_text())["variant"]["technique"] for path in RUNS}
    assert found == {None, *slugs}
    for each in techniques.ALL:
        folder = support.ROOT / "tests" / "methods" / each.kind
        assert not each.method or (folder / f"{each.method}.py").is_file()
        assert f"| {each.title} | `{each.kind}` |" in (GALLERY / "README.md").read_text()


@pytest.mark.parametrize("word", ["/work", "/root", "/home", "/tmp", "://"])
def test_runs_tell_nothing_of_the_machine(word):
    assert [path.name for path in RUNS if word in path.read_text()] == []
