"""Writes PROMPTS.md: what is asked, and what each answer decides.

    python -m maintenance.prompts            writes it
    python -m maintenance.prompts --check    fails if it is not current

The questions and their order come from cookiecutter.json, the names from the rules, and what
an answer decides from prompts.toml beside this file.
"""

import json
import re
import sys
from pathlib import Path

from tfmot_template_rules import answers, names

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "PROMPTS.md"
DATA = Path(__file__).with_name("prompts.toml")

EXAMPLES = {
    "Connection Pruning": "weight_mask",
    "Weight Ternarization": "weight_projection",
    "Activation Sparsity": "activation",
    "Low-Rank Factorization": "layer_replacement",
}

# Derived names, by what they name in the code.
NAMED = {
    "package": "{package}",
    "function that wraps": "{entry}",
    "its first parameter": "{to}",
    "function that strips": "strip_{slug}",
    "scope": "{slug}_scope",
    "wrapper class": "{wrapper}",
    "policy, schedule, registry": "{camel}Policy",
    "layer interface": "{able_camel}Layer",
    "its method": "{getter}",
    "schedule": "Constant{level_camel}",
    "its parameter": "target_{level}",
}

_BEFORE = """\
# What is asked, and what each answer decides

<!-- Made by `python -m maintenance.prompts`. -->

All questions have defaults, and all but the first follow from the answers before them. An
answer is validated when it is given: a terminal asks again; elsewhere one line says what is
wrong, the exit status is 1 and nothing is written. Answers are text: quotes, backslashes,
`{{x}}` or `<<x>>` in one arrive as they are.
"""

_NAMES = """\
## The names that follow

They are used in all files; `tfmot_template_rules/names.py` has the rules.
"""


def suggested(name: str, kind: str) -> dict[str, str]:
    """Returns the answers that follow from a technique's name and kind."""
    given = {"technique_name": name, "technique_kind": kind}
    for key in ("technique_slug", "verb", "verb_object", "past_participle", "level"):
        given[key] = names.suggest(given, key)
    return given


def page() -> str:
    """Returns the page."""
    context = json.loads((ROOT / "cookiecutter.json").read_text(encoding="utf-8"))
    data = tomllib.loads(DATA.read_text(encoding="utf-8"))
    default = {**context, **suggested(context["technique_name"], context["technique_kind"])}
    default["organization"] = "the author's name"
    lines = [_BEFORE]
    for number, key in enumerate(answers.PROMPTS, start=1):
        question, *rest = context["__prompts__"][key].split("\n")
        lines += [
            f"## {number}. `{key}`",
            "",
            f"*{question.rstrip('.')}.* Default: {default[key]}.",
            *_choices(rest),
            "",
            "| | |",
            "| --- | --- |",
            *(f"| {title} | {data[key][title]} |" for title in ("possible", "decides")),
            f"| to change it later | {data[key]['later']} |",
            "",
        ]
    return "\n".join([*lines, _NAMES, *_table_of_names(), ""])


def _choices(lines: list[str]) -> list[str]:
    """Returns a list of the choices in a prompt, which is marked up for a terminal."""
    plain = [re.sub(r"\[/?[a-z ]*\]", "", line).strip() for line in lines]
    found = [re.fullmatch(r"\d+ - (\w+): (.*)", line) for line in plain]
    items = [f"- `{match[1]}`: {match[2]}" for match in found if match]
    return ["", *items] if items else []


def _table_of_names() -> list[str]:
    rows = [["", *EXAMPLES], ["---"] * (len(EXAMPLES) + 1)]
    given = [suggested(*example) for example in EXAMPLES.items()]
    for title, pattern in NAMED.items():
        keys = re.findall(r"{(\w+)}", pattern)
        cells = []
        for answer in given:
            known = {"slug": answer["technique_slug"], **answer}
            known |= {key: names.derive(answer, key) for key in keys if key not in known}
            cells.append(f"`{pattern.format(**known)}`")
        rows.append([title, *cells])
    return ["| " + " | ".join(row) + " |" for row in rows]


def main(arguments: list[str]) -> int:
    """Writes the page, or checks it; returns 1 if it is not current."""
    current = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if "--check" in arguments:
        if current != page():
            print("PROMPTS.md is not current; run: python -m maintenance.prompts", file=sys.stderr)
        return int(current != page())
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
