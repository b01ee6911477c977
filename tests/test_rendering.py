"""Only the template's own texts are rendered."""

import json
import re

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


@pytest.mark.parametrize("hook", ["pre_gen_project", "post_gen_project"])
def test_hooks_are_rendered_and_keep_the_answers(environment, hook):
    source = (support.ROOT / "hooks" / f"{hook}.py").read_text()
    answers = {"technique_slug": "ab", "author_name": support.CANARIES[0]}
    rendered = environment.from_string(source).render(cookiecutter=answers)
    [literal] = re.findall(r'json\.loads\(\s*r"""(.*?)"""', rendered, re.DOTALL)
    context = json.loads(literal)
    assert context.pop("_template_root", str(support.ROOT)) == str(support.ROOT)
    assert context == answers


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
