"""Renders the measured ratios into README.md, one table per kind between its markers."""

from __future__ import annotations

import json
import math
import pathlib

HERE = pathlib.Path(__file__).parent
RESULTS = HERE / "results"

# The rows of the tables, and what the generated wrapper promises: the ratio is at most
# this for a model with this in its name. The last that fits holds.
Goals = dict[str, dict[str, float]]
ROWS: Goals = {
    "steady step": {"": 1.25},
    "step with update": {},
    "wrapped inference": {"": 1.02},
    "first step": {"": 2},
    "state / weights": {"": 0.25},
    ".h5 size": {"": 1.27},
    ".keras size": {"": 1.27},
    ".h5 save": {"": 1.5},
    ".keras save": {"": 1.5},
    ".keras load": {},
    "apply / build": {"": 1.5},
    "strip / build": {},
    "stripped variables": {"": 1},
    "stripped .tflite": {"": 1.01},
    "stripped .tflite.gz": {},
    "stripped .tflite inference": {},
}
# Where a kind promises something else.
ROWS_OF_KIND: dict[str, Goals] = {
    "weight_mask": {
        "steady step": {"": 1.05, "MLP": 1.10},
        "step with update": {"": 1.2, "MLP": 1.5},
        "stripped .tflite.gz": {"": 0.35},
    },
    "activation": {"steady step": {}},
    "layer_replacement": {"stripped variables": {}, "stripped .tflite inference": {"": 1}},
}

# With Keras 3, of each model. With Keras 2 the limits above hold.
ROWS_OF_KERAS_3: Goals = {
    "steady step": {"weight_mask": 1.15, "weight_projection": 1.25, "layer_replacement": 1.25},
    "step with update": {},
    "first step": {},
    "state / weights": {"": 0.25, "JAX": 1.25},
    ".keras save": {},
}


def render_settings(report: dict) -> str:
    """Returns the table of all settings in Markdown, with what was missed."""
    titles = list(next(iter(report.values())))
    lines = [
        "| kind | model | ratio to dense | " + " | ".join(titles) + " |",
        "| --- | --- | --- |" + " --- |" * len(titles),
    ]
    missed = []
    for kind, settings in report.items():
        goals_of_keras_2 = ROWS | ROWS_OF_KIND.get(kind, {})
        for case in settings["Keras 2"]:
            for quantity, goals in ROWS_OF_KERAS_3.items():
                cells = []
                for setting, cases in settings.items():
                    if setting == "Keras 2":
                        limit = _limit(goals_of_keras_2[quantity], case)
                    else:
                        limit = _limit(goals, f"{kind} {setting}")
                    values = cases[case].get(quantity, {})
                    text = _number(cases[case], quantity)
                    if "spread" in values:
                        text += f" ± {values['spread']:.2f}"
                    if limit is not None and round(values.get("median", math.inf), 2) > limit:
                        text = f"**{text}**"
                        missed.append(f"{quantity} of `{kind}`, {case}, {setting}: {limit:g}")
                    cells.append(text)
                lines.append(f"| `{kind}` | {case} | {quantity} | {' | '.join(cells)} |")
    found = "\n".join(f"- {each}" for each in missed)
    end = f"Missed, with the goal:\n\n{found}" if missed else "No goal is missed."
    return "\n".join(lines) + f"\n\n{end}"


def _limit(goals: dict[str, float], case: str) -> float | None:
    fitting = [limit for part, limit in goals.items() if part in case]
    return fitting[-1] if fitting else None


def _number(values: dict[str, dict[str, float]], name: str) -> str:
    if name not in values:
        return "fails"
    median = values[name]["median"]
    return f"{median:.4g}" if median >= 10 else f"{median:.2f}"


def _cell(report: dict, case: str, quantity: str, is_missed: bool) -> str:
    values = report["cases"][case]["ratios"][quantity]
    text = _number(values, report["technique"])
    text = f"**{text}**" if is_missed else text
    spread = values.get(report["technique"], {}).get("spread")
    if spread is not None:
        text += f" ± {spread:.2f}"
    rivals = ", ".join(_number(values, rival) for rival in report["rivals"])
    return f"{text} ({rivals})" if rivals else text


def _is_missed(report: dict, case: str, quantity: str, limit: float | None) -> bool:
    values = report["cases"][case]["ratios"][quantity]
    if report["technique"] not in values:
        return True
    # As the table shows it: a ratio of 1.104 is one of 1.10.
    return limit is not None and round(values[report["technique"]]["median"], 2) > limit


def render(kind: str, report: dict) -> str:
    """Returns the table in Markdown, with what was missed, what failed, and where it ran."""
    cases = report["cases"]
    lines = [
        "| ratio to dense | at most | " + " | ".join(cases) + " |",
        "| --- | --- |" + " --- |" * len(cases),
    ]
    missed = []
    for quantity, goals in (ROWS | ROWS_OF_KIND.get(kind, {})).items():
        goal = ", ".join(f"{part} {limit:g}".strip() for part, limit in goals.items())
        cells = []
        for case in cases:
            is_missed = _is_missed(report, case, quantity, _limit(goals, case))
            cells.append(_cell(report, case, quantity, is_missed))
            missed += [f"{quantity} of {case}"] * is_missed
        lines.append(f"| {quantity} | {goal} | " + " | ".join(cells) + " |")
    rivals = ", ".join(f"`{rival}`" for rival in report["rivals"])
    return "\n\n".join(
        [
            f"`{report['technique']}`" + (f", in brackets {rivals}:" if rivals else ":"),
            "\n".join(lines),
            f"Missed: {', '.join(missed)}." if missed else "No goal is missed.",
            *_failures(cases),
            _origin(report),
        ]
    )


def _failures(cases: dict[str, dict]) -> list[str]:
    """Returns a list in Markdown, or nothing."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for case, measured in cases.items():
        for name, reasons in measured["failures"].items():
            for operation, reason in reasons.items():
                found.setdefault((name, operation, reason), []).append(case)
    lines = [
        f"- `{name}`, {operation} of {', '.join(of)}: `{reason.replace('`', '')}`"
        for (name, operation, reason), of in found.items()
    ]
    return ["What fails:", "\n".join(lines)] if lines else []


def _origin(report: dict) -> str:
    environment = ", ".join(f"{key} {value}" for key, value in report["environment"].items())
    minutes = sum(measured["minutes"] for measured in report["cases"].values())
    peak = max(measured["peak_gib"] for measured in report["cases"].values())
    return f"Measured on: {environment}. It took {minutes:.0f} min and {peak:.1f} GiB."


def write_tables() -> None:
    """Replaces what stands between the markers of each kind that has results."""
    readme = HERE / "README.md"
    text = readme.read_text()
    for path in sorted(RESULTS.glob("*.json")):
        begin, end = f"<!-- {path.stem}: begin -->", f"<!-- {path.stem}: end -->"
        head, rest = text.split(begin)
        _, tail = rest.split(end)
        report = json.loads(path.read_text())
        is_kind = path.stem != "settings"
        table = render(path.stem, report) if is_kind else render_settings(report)
        text = f"{head}{begin}\n\n{table}\n\n{end}{tail}"
    readme.write_text(text)


if __name__ == "__main__":
    write_tables()
