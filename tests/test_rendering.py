"""Only the template's own texts are rendered, and what comes out can be read as what it is."""

import json
import re

import nbformat
import pytest
import support
from cookiecutter.exceptions import FailedHookException
from cookiecutter.utils import create_env_with_context
from jinja2 import DictLoader, UndefinedError

CONTEXT = json.loads((support.ROOT / "cookiecutter.json").read_text())
ANSWERS = {"technique_slug": "weight_slicing", "__package": "tfmot_weight_slicing"}
PACKAGE = "<<cookiecutter.__package>>"


@pytest.fixture
def environment():
    return create_env_with_context({"cookiecutter": CONTEXT})


def render(environment, source):
    return environment.from_string(source).render(cookiecutter=ANSWERS)


@pytest.mark.parametrize("answer", support.CANARIES)
def test_answers_are_not_rendered(environment, answer):
    assert render(environment, answer) == answer


def test_defaults_are_rendered(environment):
    default = CONTEXT["__package"]
    answers = {"technique_slug": "weight_slicing"}
    rendered = environment.from_string(default).render(cookiecutter=answers)
    assert rendered == "tfmot_weight_slicing"


@pytest.mark.parametrize(
    ("path", "rendered"),
    [
        (PACKAGE, "tfmot_weight_slicing"),
        (f"{PACKAGE}/keras/__init__.py", "tfmot_weight_slicing/keras/__init__.py"),
        (f"/a<<b/./{PACKAGE}/keras", "/a<<b/./tfmot_weight_slicing/keras"),
        (f"/a<<b/./{PACKAGE}/none", f"/a<<b/./{PACKAGE}/none"),
        (f"{PACKAGE}/../none", f"{PACKAGE}/../none"),
    ],
)
def test_only_paths_of_the_template_are_rendered(environment, path, rendered):
    assert render(environment, path) == rendered


def test_the_hook_before_knows_that_the_answers_were_checked(environment):
    source = (support.ROOT / "hooks" / "pre_gen_project.py").read_text()
    assert '("True" == "True"' in environment.from_string(source).render(cookiecutter=ANSWERS)


def test_the_hook_after_gets_the_answers(environment):
    source = (support.ROOT / "hooks" / "post_gen_project.py").read_text()
    answers = {"technique_slug": "ab", "author_name": '"""' + support.CANARIES[0]}
    rendered = environment.from_string(source).render(cookiecutter=answers)
    [literal] = re.findall(r'json\.loads\(r"""(.*?)"""\)', rendered, re.DOTALL)
    assert json.loads(literal) == answers


def test_the_project_folder_is_made_for_valid_answers_only(environment):
    template = environment.from_string(support.TEMPLATE.name)
    with pytest.raises(FailedHookException, match=r"^ERROR: these answers"):
        template.render(cookiecutter=ANSWERS)
    version = {"_template_version": CONTEXT["_template_version"]}
    with pytest.raises(FailedHookException, match=r"^ERROR: technique_name"):
        template.render(cookiecutter={**ANSWERS, **version})


@pytest.mark.parametrize("text", [*support.CANARIES, "\N{SNOWMAN}", "a\tb"])
def test_a_literal_is_read_alike_everywhere(environment, text):
    import yaml

    literal = environment.filters["pystring"](text)
    assert literal == environment.filters["jsonify"](text)
    assert json.loads(literal) == text
    assert eval(literal) == text
    assert yaml.safe_load(literal) == text
    assert support.tomllib.loads(f"a = {literal}")["a"] == text
    assert not any(start in literal for start in ("<<", "<%", "<#"))


@pytest.mark.parametrize("name", ["a.py", "a.txt"])
def test_a_file_names_its_unknown_name(environment, name):
    environment.loader = DictLoader({name: "x = 1\ny = <<cookiecutter.__packages>>\n"})
    with pytest.raises(UndefinedError, match="__packages"):
        environment.get_template(name).render(cookiecutter=ANSWERS)


@pytest.fixture
def render_file(environment):
    """A function that renders a file of the template, as Cookiecutter does."""

    def render(name, source, answers=None, **others):
        environment.loader = DictLoader({name: source, **others})
        context = {**ANSWERS, "__entry": "slice_weights", **(answers or {})}
        return environment.get_template(name).render(cookiecutter=context)

    return render


def notebook(*cells):
    """Returns a notebook whose cells are (type, source) pairs."""
    made = nbformat.v4.new_notebook(metadata={"colab": {"name": "<<cookiecutter.__entry>>.ipynb"}})
    make = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    made.cells = [make[kind](source) for kind, source in cells]
    return nbformat.writes(made)


class TestNotebooks:
    def test_placeholders_are_filled(self, render_file):
        source = notebook(
            ("markdown", "# <<cookiecutter.__entry>> by <<cookiecutter.author_name>>"),
            ("code", "author = <<cookiecutter.author_name|pystring>>\nprint(1 < 2, 3 > 2)"),
        )
        text = render_file("a.ipynb", source, {"author_name": support.CANARIES[0]})
        filled = nbformat.reads(text, nbformat.NO_CONVERT)
        prose, code = (cell.source for cell in filled.cells)
        assert prose == r'# slice_weights by O"Brien \ {{7*7}} &lt;&lt;7*7&gt;&gt;'
        scope = {}
        exec(code, scope)
        assert scope["author"] == support.CANARIES[0]
        assert filled.metadata.colab.name == "slice_weights.ipynb"

    def test_cells_take_what_differs_between_kinds_from_the_template(self, render_file):
        files = {
            "mask.md": "<% set does %>\nA mask & `<name>`\n<% endset %>\n",
            "code.py": "x = 1 < 2  # <<cookiecutter.__entry>>\n",
        }
        source = notebook(
            ("markdown", "<% import 'mask.md' as kind %>\n<<kind.does|safe>> & <<kind.does>>"),
            ("code", "<% include 'code.py' %>"),
            ("code", "<% if cookiecutter.technique_slug == 'none' %>\n1\n<% endif %>\n"),
        )
        cells = nbformat.reads(render_file("a.ipynb", source, **files), nbformat.NO_CONVERT).cells
        assert [cell.source for cell in cells] == [
            "A mask & `<name>`\n & A mask &amp; `&lt;name&gt;`",
            "x = 1 < 2  # slice_weights",
        ]

    def test_stored_as_tensorflow_wants_it(self, render_file):
        source = notebook(("markdown", "é <<cookiecutter.__entry>>"), ("code", "1"))
        ids = [cell.id for cell in nbformat.reads(source, nbformat.NO_CONVERT).cells]
        text = render_file("a.ipynb", source)
        content = json.loads(text)
        nbformat.validate(content)
        assert (content["nbformat"], content["nbformat_minor"]) == (4, 0)
        assert [cell["metadata"]["id"] for cell in content["cells"]] == ids
        assert not any("id" in cell for cell in content["cells"])
        assert text == json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"

    @pytest.mark.parametrize("cell", ["<<cookiecutter.nothing>>", "<<cookiecutter.verb", "<% if"])
    def test_a_bad_placeholder_is_named(self, render_file, cell):
        with pytest.raises(FailedHookException) as refused:
            render_file("a.ipynb", notebook(("code", "1"), ("code", cell)))
        assert str(refused.value).startswith("ERROR: a.ipynb: cell 2: ")
        assert str(refused.value).count("\n") == 0


@pytest.mark.filterwarnings("ignore:invalid escape sequence")
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bad.py", "x = = 1\n"),
        ("bad.py", "x = 'a\\ b'\n"),
        ("bad.toml", "a = \n"),
        ("bad.json", "{"),
        ("bad.yml", "a: [\n"),
        ("CITATION.cff", "a: b: c\n"),
        ("bad.ipynb", '{"cells": [], "metadata": {"kernelspec": 1}, "nbformat": 4}'),
        (".github/workflows/ci.yml", "a: [\n"),
    ],
)
def test_a_file_that_an_answer_broke_is_named(render_file, name, text):
    source = text if name.endswith(".ipynb") else f"# <<cookiecutter.__entry>>\n{text}"
    with pytest.raises(FailedHookException) as refused:
        render_file(name, source)
    assert str(refused.value).startswith(f"ERROR: {name}: ")
    assert str(refused.value).count("\n") == 0
