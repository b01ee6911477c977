"""Renders the measured ratios into README.md, between its markers."""

from __future__ import annotations

import json
import pathlib

HERE = pathlib.Path(__file__).parent
RESULTS = HERE / "results" / "training_cost.json"

# What the generated wrapper promises, in the order of the table. A model may have
# a limit of its own.
GOALS: dict[str, str] = {
    "steady step": "1.10, MLP 1.20",
    "step with update": "MobileNetV2 1.2, CNN 1.5",
    "wrapped inference": "1.05",
    "first step": "MobileNetV2 3",
    "state / technique weights": "0.3",
    ".h5 size": "1.3",
    ".keras size": "1.3",
    ".h5 save": "",
    ".keras save": "",
    "apply / build": "1.5",
    "strip / build": "",
    "stripped .tflite": "1.01",
    "stripped .tflite.gz": "0.35",
    "variables after strip": "0",
}


def _cell(values: dict[str, dict[str, float]]) -> str:
    def number(name: str) -> str:
        value = values.get(name, {}).get("median", float("nan"))
        return "fails" if value != value else f"{value:.4g}" if value >= 10 else f"{value:.2f}"

    spread = values["technique"].get("spread")
    spread_text = "" if spread is None else f" ± {spread:.2f}"
    return f"{number('technique')}{spread_text} ({number('tfmot')})"


def render(report: dict) -> str:
    """Returns the table in Markdown, and below it where it was measured."""
    results = report["ratios"]
    lines = [
        "| ratio to dense | at most | " + " | ".join(results) + " |",
        "| --- | --- |" + " --- |" * len(results),
    ]
    for quantity, goal in GOALS.items():
        cells = [_cell(by_quantity[quantity]) for by_quantity in results.values()]
        lines.append(f"| {quantity} | {goal} | " + " | ".join(cells) + " |")
    environment = ", ".join(f"{key} {value}" for key, value in report["environment"].items())
    return "\n".join([*lines, "", f"Measured on: {environment}."])


def main() -> None:
    """Replaces what stands between the markers."""
    readme = HERE / "README.md"
    begin, end = "<!-- table: begin -->", "<!-- table: end -->"
    head, rest = readme.read_text().split(begin)
    _, tail = rest.split(end)
    table = render(json.loads(RESULTS.read_text()))
    readme.write_text(f"{head}{begin}\n\n{table}\n\n{end}{tail}")


if __name__ == "__main__":
    main()
