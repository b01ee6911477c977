"""Answers of any kind: each is refused in one line, or gives a project in which all is well.

Hypothesis makes the answers, the same ones in each run. The summary at the end of the run
says how many there were and what became of them.
"""

import ast
import contextlib
import io
import json
import keyword
import os
import re
import runpy
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pytest
import support
from cookiecutter.exceptions import FailedHookException
from cookiecutter.main import cookiecutter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import BytecodeCache, Environment
from test_project import ruff

from tfmot_template_rules import answers as rules
from tfmot_template_rules.rendering import SYNTAX

pytestmark = pytest.mark.life

LINTED = 10  # ruff reads every file of that many projects

# Each would make a file of this name if anything executed or rendered it.
CANARY = "canary-was-here"
CODE = [
    f"$(touch {CANARY})",
    f"`touch {CANARY}`",
    f"; touch {CANARY} #",
    f"'; open('{CANARY}', 'w') #",
    f'"; open("{CANARY}", "w") #',
    f'"""; open("{CANARY}", "w"); """',
    f"<<cycler.__init__.__globals__.os.system('touch {CANARY}')>>",
    f"<% set x = cycler.__init__.__globals__.os.system('touch {CANARY}') %>",
    f"{{{{cycler.__init__.__globals__.os.system('touch {CANARY}')}}}}",
    f"{{__import__('os').system('touch {CANARY}')}}",
    f"!touch {CANARY}",
]
PIECES = [
    *('"', "'", '"""', "'''", "\\", "\\\\", "\\n", "\\u0041", "\\x", "\\N{DIGIT ONE}"),
    *("{", "}", "{{", "}}", "{%", "%}", "{#", "#}", "<<", ">>", "<%", "%>", "<#", "#>"),
    *("<<7*7>>", "<<cookiecutter>>", "<<undefined.x>>", "<% raw %>", "<% endraw %>", "<%"),
    *(
        "%(x)s",
        "%s",
        "{0}",
        "${HOME}",
        "$(id)",
        "`id`",
        "&&",
        "|",
        ";",
        "#",
        "*",
        "~",
        "!",
        "&amp;",
    ),
    *("\n", "\r", "\r\n", "\t", "\0", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\ufeff"),
    *("\u202e", "\u2066", "\u200d", "\u00a0", "\ufffe", "\ud800", "\U000e0001", "א", "ال", "🎉"),
    *("../", "/etc/passwd", "~/", "C:\\", ".", "..", "CON", "con", "nul", "-", "--help", "-rf"),
    *("</script>", "<b>", "-->", "<!--", "[x](y)", "| a | b |", "```", "---", "# ", "$x^2$"),
    *("- a", "a: b", "@", "@org", "*a", "&a", "!!python/object", "null", "true", "1e5", "'''"),
    *("İ", "ß", "ǆ", "ﬁ", "Å", "é", "剪枝", "１", "²", "𝐱", "ª"),
    *("test", "tests", "keras", "tensorflow", "numpy", "tfmot", "requests", "six", "setuptools"),
    *("Pruning", "a", "x" * 41, "x" * 101, "x" * 1000, "_", "__init__", "None", "self"),
]

words = st.sampled_from(["Weight", "Slicing", "Sharing", "Low-Rank", "N:M", "SVD", "Tying"])
modules = st.sampled_from(sorted([*sys.stdlib_module_names, *keyword.kwlist, *keyword.softkwlist]))
any_text = st.text(st.characters(exclude_categories=[]), max_size=70)
pieces = st.lists(st.sampled_from([*PIECES, *CODE]) | words, min_size=1, max_size=4)
hostile = pieces.map("".join) | pieces.map(" ".join) | any_text | modules
line = st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"]), min_size=1, max_size=60)
benign = st.lists(st.sampled_from([p for p in PIECES if p.isprintable()]) | words, max_size=3)
odd_line = line | benign.map(" ".join) | st.sampled_from(CODE)
identifier = st.from_regex(r"[a-z][a-z0-9]{0,8}(_[a-z0-9]{1,8}){0,3}", fullmatch=True)
lower = st.from_regex(r"[a-z]{2,20}", fullmatch=True)

# Answers that are likely to be valid, however odd they are.
ODD = {
    "technique_name": odd_line.map(lambda text: text.replace("/", " ")[:60]),
    "technique_slug": identifier,
    "technique_kind": st.sampled_from(["1", "weight_projection", "activation", " 4 "]),
    "verb": lower,
    "verb_object": identifier,
    "past_participle": lower,
    "level": st.from_regex(r"[a-z]{2,7}(_[a-z]{1,8})?", fullmatch=True),
    "author_name": odd_line,
    "author_email": st.emails(),
    "github_handle": st.from_regex(r"@?[A-Za-z0-9]{1,9}(-[A-Za-z0-9]{1,9}){0,2}", fullmatch=True),
    "organization": odd_line,
}
odd_answers = st.fixed_dictionaries(
    {"technique_slug": ODD["technique_slug"]},
    optional={key: value for key, value in ODD.items() if key != "technique_slug"},
)
hostile_answers = st.dictionaries(st.sampled_from(rules.PROMPTS), hostile, min_size=1, max_size=11)
one_hostile_answer = st.tuples(st.sampled_from(rules.PROMPTS), hostile).map(lambda a: dict([a]))


class InMemory(BytecodeCache):
    """Keeps compiled templates: they are the same in each example."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


def run_in_this_process(script: str, cwd: str | Path = ".") -> None:
    """Runs a hook, as Cookiecutter has rendered it, without another Python."""
    before = Path.cwd()
    interrupt = signal.getsignal(signal.SIGINT)
    os.chdir(cwd)
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as end:
        if end.code:
            raise FailedHookException(f"Hook script failed: {end.code}") from end
    finally:
        os.chdir(before)
        signal.signal(signal.SIGINT, interrupt)
        Path(script).unlink()


class Summary:
    """What became of the examples."""

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.projects: list[Path] = []

    def lines(self) -> list[str]:
        counts = [("examples", self.outcomes.total()), *self.outcomes.most_common()]
        return [f"{number:4d} {outcome}" for outcome, number in counts]


@pytest.fixture(scope="module")
def generate(tmp_path_factory):
    """A function that generates a project in a folder, quickly: in this process."""
    import cookiecutter.generate
    import cookiecutter.hooks

    cache = InMemory()
    create = cookiecutter.generate.create_env_with_context

    def create_with_cache(context):
        environment = create(context)
        environment.bytecode_cache = cache
        return environment

    folder = tmp_path_factory.mktemp("fuzz")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cookiecutter.generate, "create_env_with_context", create_with_cache)
        patch.setattr(cookiecutter.hooks, "run_script", run_in_this_process)
        patch.setenv("HOME", str(folder))
        patch.setenv("PWD", str(folder))
        patch.chdir(folder)
        yield lambda answers, place: cookiecutter_in(place, answers)
    assert not list(folder.rglob(f"*{CANARY}*")), "an answer was executed"


def cookiecutter_in(place: Path, answers: dict[str, str]) -> Path:
    with contextlib.redirect_stdout(io.StringIO()):  # what to do next
        made = cookiecutter(
            str(support.ROOT), no_input=True, extra_context=dict(answers), output_dir=str(place)
        )
    return Path(made)


def check_refusal(error: FailedHookException) -> str:
    """Checks that an error is one clear line; returns which answer it names."""
    message = str(error)
    assert message.isprintable(), ascii(message)
    assert len(message) < 400
    named = re.match(r"ERROR: (\w+) .* pass another, for example \1=", message)
    assert named, message
    assert named[1] in rules.PROMPTS
    return f"refused for {named[1]}"


def check_project(project: Path, answers: dict[str, str]) -> None:
    """Checks what generation, which parses every file, does not: names, imports, answers."""
    assert re.fullmatch("[a-z][a-z0-9_]{1,39}", project.name)
    assert not (project / ".incomplete").exists()
    metadata = support.metadata_of(project)
    [author] = metadata["authors"]
    given = {"author_name": "Your Name", **answers}["author_name"]
    assert author["name"] == given.strip()
    technique = support.toml_of(project / "contribution.toml")["technique"]
    for key, answer in answers.items():
        field = {"technique_name": "name", "organization": "organization"}.get(key)
        if field:
            assert technique[field] == answer.strip(), key
    for path in project.rglob("*.py"):
        assert path.stem.isidentifier()
        assert not keyword.iskeyword(path.stem)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                check_import(project, node)


def check_import(project: Path, node: ast.ImportFrom) -> None:
    """Checks that an import from the project finds a module in it."""
    top, *rest = node.module.split(".")
    if not (project / top).is_dir():
        return
    folder = project.joinpath(top, *rest)
    assert folder.with_suffix(".py").is_file() or (folder / "__init__.py").is_file(), node.module
    if folder.is_dir() and not (folder / "__init__.py").read_text().count("import"):
        for alias in node.names:
            module = folder / f"{alias.name}.py"
            names = (folder / "__init__.py").read_text()
            assert module.is_file() or (folder / alias.name).is_dir() or alias.name in names


def try_answers(answers: dict[str, str], generate, summary: Summary, folder: Path) -> None:
    """Generates a project; the result has to be right."""
    place = Path(tempfile.mkdtemp(dir=folder))
    try:
        project = generate(answers, place)
    except FailedHookException as error:
        outcome = check_refusal(error)
        assert list(place.iterdir()) == []
        summary.outcomes[outcome] += 1
        return
    assert list(place.iterdir()) == [project]
    check_project(project, answers)
    summary.outcomes["generated, and parses and imports"] += 1
    if len(summary.projects) < LINTED:
        summary.projects.append(project)
    else:
        shutil.rmtree(place)


def fuzz(strategy: st.SearchStrategy, examples: int, *arguments) -> None:
    """Tries so many answers, the same ones in each run."""
    settled = settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )

    @settled
    @given(answers=strategy)
    def try_each(answers: dict[str, str]) -> None:
        try_answers(answers, *arguments)

    try_each()


def test_hostile_answers(generate, tmp_path, record_property):
    """One test, for what one process makes no other one sees."""
    summary = Summary()
    fuzz(one_hostile_answer, 80, generate, summary, tmp_path)
    fuzz(hostile_answers, 220, generate, summary, tmp_path)
    fuzz(odd_answers, 40, generate, summary, tmp_path)
    record_property("hostile answers", summary.lines())
    assert summary.outcomes.total() >= 300
    assert summary.outcomes["generated, and parses and imports"] >= 50
    refused = {outcome for outcome in summary.outcomes if outcome.startswith("refused")}
    assert len(refused) == len(rules.PROMPTS)
    assert len(summary.projects) == LINTED
    for project in summary.projects:
        assert ruff(project, "check", "--output-format=concise") == "", json.dumps(project.name)
        assert ruff(project, "format", "--diff") == ""


def test_the_canary_sings(tmp_path, monkeypatch):
    """What the examples must not do is what executed or rendered answers do."""
    monkeypatch.chdir(tmp_path)
    Environment(**SYNTAX).from_string(CODE[6]).render()
    assert (tmp_path / CANARY).exists()
