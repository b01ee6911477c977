"""Writes the model card of a run: what the model is, and how to load it."""

from pathlib import Path
from typing import Any

import jinja2
import yaml

from tfmot_technique_kit import markdown
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import variants
from tfmot_technique_kit.metrics import catalog
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import Switch

# What hubs call the tasks.
_TASKS = {
    "image": "image-classification",
    "bert": "text-classification",
    "detection": "object-detection",
}
_CARD = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_CARD.filters["text"] = markdown.escape
_CARD.filters["yaml"] = lambda value: yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def render(run: dict[str, Any], project: Project) -> str:
    """Returns the model card of a run, as Markdown with YAML front matter.

    The models are kept beside the card, as `variants.model_file` and `variants.tflite_file` say.

    Raises:
        UserError: If the run has no model.
    """
    if run["status"] != "ok":
        raise UserError(f"The run {run['run_id'][:8]} has no model to describe: {run['error']}")
    measured = [
        (metric.name[0].upper() + metric.name[1:], catalog.write(value, metric.unit), metric.unit)
        for metric in catalog.METRICS
        if metric.name and (value := metric.of(run)) is not None
    ]
    return _CARD.get_template("model_card.md.jinja").render(
        run=run,
        front_matter=_front_matter(run, project),
        measured=measured,
        model_file=variants.model_file(run["variant"]["training"]),
        keras="tf_keras" if Switch.of(run).keras == 2 else "keras",
        is_quantized="qat" in (run["variant"]["combination"] or ""),
    )


def _front_matter(run: dict[str, Any], project: Project) -> dict[str, Any]:
    kind = _TASKS.get(run["task"], run["task"])
    name, metric = run["dataset"]["name"], run["quality"]["metric"]
    result = {
        "task": {"type": kind},
        "dataset": {"name": name, "type": name, "split": "test"},
        "metrics": [{"type": metric, "value": run["quality"]["value"]}],
    }
    return {
        "library_name": "tf-keras" if Switch.of(run).keras == 2 else "keras",
        "pipeline_tag": kind,
        "tags": ["model-optimization", "tflite", project.technique.slug.replace("_", "-")],
        "metrics": [metric],
        "model-index": [{"name": f"{run['task']} {run['variant']['name']}", "results": [result]}],
    }
