"""The hooks, imported as modules."""

import importlib.util
import json

import nbformat
import pytest
import support

CONTEXT = {
    **json.loads((support.ROOT / "cookiecutter.json").read_text()),
    "technique_slug": "weight_slicing",
    "__package": "tfmot_weight_slicing",
    "__entry": "slice_weights",
    "author_name": support.CANARIES[0],
    "_output_dir": "/somewhere",
}


def load(name):
    path = support.ROOT / "hooks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pre():
    return load("pre_gen_project")


@pytest.fixture(scope="module")
def post():
    return load("post_gen_project")


def valid_answers():
    return {
        "technique_name": "Weight Slicing",
        "technique_slug": "weight_slicing",
        "technique_kind": "weight_mask",
        "verb": "slice",
        "verb_object": "weights",
        "past_participle": "sliced",
        "author_name": support.CANARIES[0],
        "author_email": "you@example.com",
        "github_handle": "you",
        "organization": "You",
        "_template_root": str(support.ROOT),
    }


@pytest.mark.parametrize("name", ["pre_gen_project", "post_gen_project"])
def test_one_placeholder(name):
    text = (support.ROOT / "hooks" / f"{name}.py").read_text()
    assert text.count("<<") == text.count(">>") == 1
    assert not any(start in text for start in ("<%", "<#", "%>", "#>"))


class TestPreGeneration:
    def test_valid(self, pre, capsys, tmp_path):
        assert pre.main(valid_answers(), tmp_path) == 0
        assert capsys.readouterr() == ("", "")
        assert [path.name for path in tmp_path.iterdir()] == [".incomplete"]

    def test_a_folder_that_was_there_is_not_marked(self, pre, tmp_path):
        (tmp_path / "mine.txt").touch()
        assert pre.main(valid_answers(), tmp_path) == 0
        assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]

    def test_invalid(self, pre, capsys, tmp_path):
        assert pre.main({**valid_answers(), "author_email": "nobody"}, tmp_path) == 1
        assert capsys.readouterr().err == 'ERROR: author_email "nobody" is not an e-mail address\n'

    def test_missing(self, pre, capsys, tmp_path):
        answers = valid_answers()
        del answers["verb"]
        assert pre.main(answers, tmp_path) == 1
        assert capsys.readouterr().err.startswith("ERROR: verb must be text")

    @pytest.mark.parametrize(("slug", "status"), [("weight_slicing", 0), ("../evil", 1)])
    def test_without_the_rules(self, pre, monkeypatch, tmp_path, slug, status):
        monkeypatch.setitem(importlib.import_module("sys").modules, "tfmot_template_rules", None)
        answers = {"technique_slug": slug, "_template_root": str(tmp_path / "none")}
        assert pre.main(answers, tmp_path) == status


def notebook(*cells):
    """Returns a notebook whose cells are (type, source) pairs."""
    made = nbformat.v4.new_notebook(metadata={"colab": {"name": "<<cookiecutter.__entry>>.ipynb"}})
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    made.cells = [make[kind](source) for kind, source in cells]
    return made


@pytest.fixture
def written(tmp_path):
    """Writes a notebook into a project and returns its path."""

    def write(*cells):
        path = tmp_path / "example.ipynb"
        nbformat.write(notebook(*cells), path)
        return path

    return write


class TestNotebooks:
    def test_placeholders_are_filled(self, post, written):
        path = written(
            ("markdown", "# <<cookiecutter.__entry>> by <<cookiecutter.author_name>>"),
            ("code", "author = <<cookiecutter.author_name|pystring>>\nprint(1 < 2, 3 > 2)"),
        )
        post.fill_notebook(path, CONTEXT)
        filled = nbformat.read(path, nbformat.NO_CONVERT)
        nbformat.validate(filled)
        prose, code = (cell.source for cell in filled.cells)
        assert prose == r'# slice_weights by O"Brien \ {{7*7}} &lt;&lt;7*7&gt;&gt;'
        scope = {}
        exec(code, scope)
        assert scope["author"] == support.CANARIES[0]
        assert filled.metadata.colab.name == "slice_weights.ipynb"

    def test_cells_take_what_differs_between_kinds_from_the_template(self, post, written, tmp_path):
        folder = tmp_path / "templates"
        folder.mkdir()
        (folder / "mask.md").write_text("<% set does %>\nA mask & `<name>`\n<% endset %>\n")
        (folder / "code.py").write_text("x = 1 < 2  # <<cookiecutter.__entry>>\n")
        kind = "<% import 'mask.md' as kind %>\n"
        path = written(
            ("markdown", kind + "<<kind.does|safe>> & <<kind.does>>"),
            ("code", "<% include 'code.py' %>"),
            ("code", "<% if cookiecutter.technique_kind == 'none' %>\n1\n<% endif %>\n"),
        )
        post.fill_notebook(path, {**CONTEXT, "_template_root": str(tmp_path)})
        cells = nbformat.read(path, nbformat.NO_CONVERT).cells
        assert [cell.source for cell in cells] == [
            "A mask & `<name>`\n & A mask &amp; `&lt;name&gt;`",
            "x = 1 < 2  # slice_weights",
        ]

    def test_stored_as_tensorflow_wants_it(self, post, written):
        path = written(("markdown", "é <<cookiecutter.__entry>>"), ("code", "1"))
        ids = [cell.id for cell in nbformat.read(path, nbformat.NO_CONVERT).cells]
        post.fill_notebook(path, CONTEXT)
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        assert (content["nbformat"], content["nbformat_minor"]) == (4, 0)
        assert [cell["metadata"]["id"] for cell in content["cells"]] == ids
        assert not any("id" in cell for cell in content["cells"])
        assert text == json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    def test_running_again_changes_nothing(self, post, written, tmp_path):
        path = written(
            ("markdown", "<<cookiecutter.author_name>>"),
            ("code", "<<cookiecutter.author_name|pystring>>"),
        )
        assert post.main(CONTEXT, tmp_path) == 0
        once = path.read_bytes()
        post.fill_notebook(path, CONTEXT)
        assert path.read_bytes() == once

    def test_other_notebooks_are_left_alone(self, post, tmp_path):
        path = tmp_path / "mine.ipynb"
        nbformat.write(nbformat.v4.new_notebook(), path)
        before = path.read_bytes()
        assert post.main(CONTEXT, tmp_path) == 0
        assert path.read_bytes() == before

    @pytest.mark.parametrize("source", ["<<cookiecutter.nothing>>", "<<cookiecutter.verb", "<% if"])
    def test_a_bad_placeholder_is_named(self, post, written, tmp_path, capsys, source):
        written(("code", "1"), ("code", source + " <<cookiecutter.__entry>>"))
        assert post.main(CONTEXT, tmp_path) == 1
        error = capsys.readouterr().err
        assert error.startswith("ERROR: example.ipynb: cell 2: ")
        assert error.count("\n") == 1


class TestChecks:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("bad.py", "x = = 1\n"),
            ("bad.py", "x = 'a\\ b'\n"),
            ("bad.toml", "a = \n"),
            ("bad.json", "{"),
            ("bad.yml", "a: [\n"),
            ("CITATION.cff", "a: b: c\n"),
            ("bad.ipynb", '{"cells": 1, "nbformat": 4, "nbformat_minor": 0, "metadata": {}}'),
            ("README.md", "by <<cookiecutter.author_name>>\n"),
            ("README.md", "by << cookiecutter['author_name'] >>\n"),
            ("Makefile", "<% if a %>\n"),
            (".github/workflows/ci.yml", "a: [\n"),
        ],
    )
    def test_a_bad_file_is_named(self, post, tmp_path, capsys, name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        assert post.main(CONTEXT, tmp_path) == 1
        error = capsys.readouterr().err
        assert error.startswith(f"ERROR: {name}: ")
        assert error.count("\n") == 1

    def test_answers_may_look_like_placeholders(self, post, tmp_path):
        answer = '<<cookiecutter.verb>> <% " \\'
        (tmp_path / "README.md").write_text(f"by {answer}\n")
        (tmp_path / "a.json").write_text(json.dumps({"by": answer}))
        assert post.main({**CONTEXT, "author_name": answer}, tmp_path) == 0
        assert post.main(CONTEXT, tmp_path) == 1

    @pytest.mark.parametrize("folder", [".git", "__pycache__", "env", "node_modules"])
    def test_other_folders_are_left_alone(self, post, tmp_path, folder):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "bad.py").write_text("x = = 1\n")
        (tmp_path / folder / "pyvenv.cfg").touch()
        assert post.main(CONTEXT, tmp_path) == 0

    def test_binary_files(self, post, tmp_path):
        (tmp_path / "plot.png").write_bytes(b"\x89PNG\xff\x00")
        assert post.main(CONTEXT, tmp_path) == 0


def test_executes_nothing_of_the_project(post, tmp_path):
    code = "import pathlib; pathlib.Path(__file__).with_suffix('.ran').touch()\n"
    for name in ("tools/documents/render.py", "tomllib.py", "yaml.py", "conftest.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
    assert post.main(CONTEXT, tmp_path) == 0
    assert not list(tmp_path.rglob("*.ran"))


class TestNextSteps:
    def test_short_and_numbered(self, post, tmp_path, capsys, monkeypatch):
        monkeypatch.setenv("PWD", str(tmp_path.parent))
        assert post.main(CONTEXT, tmp_path) == 0
        shown = capsys.readouterr().out
        assert len(shown.splitlines()) <= 12
        assert f"1. cd {tmp_path.name}\n" in shown
        assert "tfmot_weight_slicing/keras/algorithm.py" in shown
        assert shown.isascii()

    def test_folder_is_quoted_for_the_shell(self, post, tmp_path, capsys):
        folder = tmp_path / "it's $(id)"
        folder.mkdir()
        (folder / "algorithm.py").write_text("pass\n")
        assert post.main(CONTEXT, folder) == 0
        assert """it'"'"'s $(id)'""" in capsys.readouterr().out

    def test_silent_when_cruft_compares(self, post, tmp_path, capsys, monkeypatch):
        monkeypatch.setattr(post.tempfile, "gettempdir", lambda: str(tmp_path.parent))
        by_cruft = {key: value for key, value in CONTEXT.items() if key != "_output_dir"}
        assert post.main(by_cruft, tmp_path) == 0
        assert capsys.readouterr().out == ""
