"""What the code says gets into the documents, and is there in a fresh project."""

from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from tests.conftest import KINDS, LONGEST, USUAL, add_component
from tfmot_technique_kit.cli import main
from tfmot_technique_kit.documents import api, render
from tfmot_technique_kit.errors import UserError

_DESIGN = "rfcs/20260101-x-design.md"
_TEXT = "# Design\n\n<!-- code: begin api -->\nold\n<!-- code: end -->\n"


@pytest.fixture
def project(project, monkeypatch):
    """The small project with a design, as the working directory."""
    (project.root / "rfcs").mkdir()
    (project.root / _DESIGN).write_text(_TEXT)
    (project.root / "README.md").write_text("Between `<!-- code: begin api -->` and the end.\n")
    monkeypatch.chdir(project.root)
    return add_component(project.root, "rfcs/design.md")


def _docs(*arguments):
    return CliRunner().invoke(main, ["docs", *arguments])


def test_fills_in_the_api(project):
    stale = _docs("--check")
    message = f"{_DESIGN}: is not what the code says; run `technique docs`.\n"
    assert (stale.exit_code, stale.stderr) == (1, message)
    assert (project.root / _DESIGN).read_text() == _TEXT
    assert _docs().stdout == f"Wrote {_DESIGN}.\n"
    assert api.render(project, project.root / _DESIGN) in (project.root / _DESIGN).read_text()
    assert _docs("--check").exit_code == 0
    (project.root / _DESIGN).write_text("# Without blocks\n")
    assert _docs().output == ""


@pytest.mark.parametrize("answers", [USUAL, LONGEST], ids=["usual", "longest"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_declared_is_up_to_date_in_fresh_projects(bake, kind, answers):
    made = bake(technique_kind=kind, **answers)
    pages = [made.root / file.path for file in made.manifest.files if file.path.endswith(".md")]
    texts = {path: path.read_text(encoding="utf-8") for path in pages}

    assert {path: render.declare(made, path, text) for path, text in texts.items()} == texts
    for page, names in {"README.md": "summary method", "rfcs/design.md": "api algorithm"}.items():
        for name in names.split():
            assert f"<!-- code: begin {name} -->\n" in texts[made.root / page]


@pytest.mark.tensorflow
def test_a_layer_without_example_is_named():
    from tfmot_technique_kit.documents import support

    lists = ("_WEIGHTS", "_ACTIVATIONS", "_MAY_ACTIVATE", "_RNN_LAYERS", "_WRAPPERS")
    modules = {
        "registry": SimpleNamespace(**{**dict.fromkeys(lists, ()), "_WEIGHTS": ("Dense",)}),
        "test_layers": SimpleNamespace(WITH_WEIGHTS=(), ARE_ACTIVATIONS=(), MAY_ACTIVATE=()),
    }
    made = SimpleNamespace(module=modules.get, api=SimpleNamespace(Algorithm=object))

    with pytest.raises(UserError, match=r"registry.py knows Dense, test_layers.py has no example"):
        support.render(made)
