"""The rules for answers, each at its borders."""

import json

import pytest
import support

from tfmot_template_rules import answers, names

GIVEN = {
    "technique_name": "Connection Pruning",
    "technique_slug": "connection_pruning",
    "technique_kind": "weight_mask",
    "verb": "prune",
    "verb_object": "connections",
    "past_participle": "pruned",
    "level": "sparsity",
    "author_name": "Your Name",
    "author_email": "you@example.com",
    "github_handle": "your-handle",
    "organization": "Your Name",
}

VALID = {
    "technique_name": ["X", "y" * 60, "Élagage 剪枝", "🎉", "a\\b", *support.CANARIES],
    "technique_slug": ["ab", "a" * 40, "a1", "n_m_pruning", "prune", "slicing"],
    "technique_kind": list(names.LEVELS),
    "verb": ["do", "prune", "a" * 20],
    "verb_object": ["x", "low_rank", "n_m", "a" * 30, "layer2"],
    "past_participle": ["pruned", "weight-shared", "pruned away", "a" * 30],
    "level": ["sparsity", "rank_reduction", "of_all_heads", "a" * 16],
    "author_name": ["Zoë", "O'Brien", "x" * 100, *support.CANARIES],
    "author_email": [
        "a@b.co",
        "first.last+tag@sub.example-site.org",
        "o'brien_%{}`$@example.xn--p1ai",
        "x" * 64 + "@example.com",
    ],
    "github_handle": ["a", "Ada-Lovelace-1", "a" * 39],
    "organization": ["The TensorFlow Authors", *support.CANARIES],
}

INVALID = {
    "technique_name": ["", "x" * 61, "../evil", "a/b", "a\nb", "a\x00", "\x1b[31mred", "a\u202eb"],
    "technique_slug": [
        *("", "a", "a" * 41, "3d", "Ab", "a-b", "a b", "a.b", "../a", "é", "剪枝", "ab\n"),
        *("_ab", "ab_", "a__b", "<<7*7>>"),
        *("class", "match", "async", "type", "case"),
        *("json", "os", "re", "string", "compression", "tomllib"),
        *("tensorflow", "keras", "tfmot", "numpy", "test", "tests", "api", "common", "core"),
        *("experimental", "internal", "python", "version", "con", "nul", "aux", "com1", "lpt9"),
        *("sparsity", "pruning", "clustering", "quantization", "combine"),
    ],
    "technique_kind": ["", "foo", "5", "Mask", "weight mask", "weight_masks"],
    "verb": ["", "a", "a" * 21, "Prune", "pr une", "prune2", "pr_une", "é", "test", "../a"],
    "verb_object": ["", "a" * 31, "A", "low rank", "low-rank", "_a", "a_", "a__b", "1a", "a_test"],
    "past_participle": ["", "a" * 31, "Pruned", "pruned ", "-pruned", "pru_ned", "pruned!", "a  b"],
    "level": [
        *("", "a", "a" * 17, "Sparsity", "rank reduction", "rank-reduction", "_a", "a_", "a__b"),
        *("bits4", "é", "../a", "lambda", "match", "<<7*7>>"),
        *("level", "step", "power", "frequency", "schedule", "begin_step", "policy"),
        *("parameters", "threshold", "rank"),
    ],
    "author_name": ["", "x" * 101, "a\nb", "a\rb", "a\x7f", "a\u2028b", "\ud800", "a\ufffe"],
    "author_email": [
        *("", "foo", "foo@", "@b.co", "a@b", "a b@c.de", "a@b..co", "a@-b.co", "a@b.co\n"),
        *("a@b@c.de", "a@1.2.3.4", '"x"@b.co', "a,b@c.de", "<a@b.co>", "x" * 250 + "@b.co"),
        *("é@b.co", ".a@b.co", "a..b@c.de"),
    ],
    "github_handle": ["", "a" * 40, "-a", "a-", "a--b", "a_b", "a.b", "é", "a b", "../a"],
    "organization": ["", "x" * 101, "a\nb"],
}


def cases(table):
    return [(key, value) for key, values in table.items() for value in values]


@pytest.mark.parametrize(("key", "value"), cases(VALID))
def test_valid(key, value):
    assert answers.find_problem(key, value, GIVEN) is None


@pytest.mark.parametrize(("key", "value"), cases(INVALID))
def test_invalid(key, value):
    problem = answers.find_problem(key, value, GIVEN)
    assert problem is not None
    assert problem.reason.isprintable(), "one line, whatever the answer was"
    assert len(problem.reason) < 200
    assert answers.find_problem(key, problem.example, GIVEN) is None, "the example helps"


@pytest.mark.parametrize("key", answers.PROMPTS)
@pytest.mark.parametrize("value", [None, 7, True, ["a"], {"a": "b"}])
def test_other_types(key, value):
    assert "must be text" in answers.find_problem(key, value, GIVEN).reason


@pytest.mark.parametrize(
    ("verb", "verb_object", "says"),
    [
        ("custom", "layer", "custom_layer"),
        ("base", "algorithm", "base_algorithm"),
        ("sre", "parse", "sre_parse"),
        ("strip", "connection_pruning", "strip_connection_pruning"),
        ("polynomial", "decay", "PolynomialDecay"),
        ("update", "connection_pruning_step", "UpdateConnectionPruningStep"),
        ("report", "connection_pruning", "report_connection_pruning"),
        ("only", "layers", "OnlyLayers"),
    ],
)
def test_entry_does_not_repeat_a_name(verb, verb_object, says):
    problem = answers.find_problem("verb_object", verb_object, {**GIVEN, "verb": verb})
    assert says in problem.reason


@pytest.mark.parametrize(
    ("given", "level", "says"),
    [
        ({"verb": "constant", "verb_object": "sparsity"}, "sparsity", "ConstantSparsity"),
        ({"technique_slug": "constant_rank"}, "rank_schedule", "ConstantRankSchedule"),
        ({"technique_slug": "constant_rank"}, "rank_policy", "ConstantRankPolicy"),
    ],
)
def test_level_does_not_repeat_a_name(given, level, says):
    problem = answers.find_problem("level", level, {**GIVEN, **given})
    assert says in problem.reason


def test_package_modules_are_those_of_the_template():
    keras = support.TEMPLATE / "<<cookiecutter.__package>>" / "keras"
    modules = {path.stem for path in keras.glob("*.py")}
    modules -= {name for name in modules if name.endswith("_test") or "<<" in name}
    assert modules - {"__init__"} <= answers.PACKAGE_MODULES


@pytest.mark.parametrize(
    ("key", "given", "cleaned"),
    [
        ("technique_name", "  Weight Slicing ", "Weight Slicing"),
        ("technique_kind", "1", "weight_mask"),
        ("technique_kind", "4", "layer_replacement"),
        ("technique_kind", "5", "5"),
        ("technique_kind", "0", "0"),
        ("github_handle", "@ada", "ada"),
        ("author_name", 7, 7),
    ],
)
def test_clean(key, given, cleaned):
    assert answers.clean(key, given) == cleaned


def test_the_prompts_are_documented_in_one_order():
    context = json.loads((support.ROOT / "cookiecutter.json").read_text())
    prompts = [key for key in context if not key.startswith("_")]
    assert tuple(prompts) == answers.PROMPTS
    assert list(context["__prompts__"]) == prompts
    page = (support.ROOT / "PROMPTS.md").read_text()
    for key in prompts:
        assert f"`{key}`" in page
        keys = list(context)
        assert keys[keys.index(key) + 1] == f"__{key}_ok", "validated before the next one"


def test_the_kinds_prompt_lists_them():
    context = json.loads((support.ROOT / "cookiecutter.json").read_text())
    lines = context["__prompts__"]["technique_kind"].split("\n")[1:-1]
    for number, (kind, line) in enumerate(zip(names.LEVELS, lines, strict=True), start=1):
        assert f"[bold magenta]{number}[/] - [bold]{kind}[/]" in line
