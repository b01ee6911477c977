"""Writes the model card of a run: what the model is, and how to load it."""

import pathlib

import jinja2
import yaml

from tfmot_technique_kit.experiments import names, variants
from tfmot_technique_kit.report import formats

# What hubs call the tasks.
_TASKS = {
    "image": "image-classification",
    "bert": "text-classification",
    "detection": "object-detection",
}
_METRICS = (
    # What it is, section and key in a run file, how it is written, unit.
    ("The .tflite file", "storage", "tflite_bytes", formats.kilobytes, "kB"),
    ("The same after gzip", "storage", "gzip_bytes", formats.kilobytes, "kB"),
    ("Zeros among the weights", "static", "zero_fraction", formats.points, "%"),
    ("Latency, median", "latency", "median_ms", formats.milliseconds, "ms"),
    ("Latency, 95th percentile", "latency", "p95_ms", formats.milliseconds, "ms"),
    ("Peak memory", "memory", "peak_bytes", formats.kibibytes, "KiB"),
)
_CARD = jinja2.Environment(
    loader=jinja2.FileSystemLoader(pathlib.Path(__file__).parent),
    keep_trailing_newline=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
_CARD.filters["text"] = formats.escape
_CARD.filters["yaml"] = lambda value: yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def render(run):
    """Returns the model card of a run, as Markdown with YAML front matter.

    Args:
        run: A run dict with the status 'ok', whose models are kept in
            `variants.model_file` and `model_<conversion>.tflite` beside the card.

    Returns:
        A string.

    Raises:
        ValueError: If the run has no model.
    """
    if run["status"] != "ok":
        raise ValueError(f"The run {run['run_id'][:8]} has no model to describe: {run['error']}")
    measured = [
        (what, f"{number(value)} {unit}")
        for what, section, key, number, unit in _METRICS
        if (value := (run[section] or {}).get(key)) is not None
    ]
    return _CARD.get_template("model_card.md.jinja").render(
        run=run,
        front_matter=_front_matter(run),
        measured=measured,
        quality=formats.quality,
        model_file=variants.model_file(run["variant"]["training"]),
        is_quantized="qat" in (run["variant"]["combination"] or ""),
    )


def _front_matter(run):
    kind = _TASKS.get(run["task"], run["task"])
    dataset = run["dataset"]
    metric = run["quality"]["metric"]
    return {
        "library_name": "tf-keras",
        "pipeline_tag": kind,
        "tags": ["model-optimization", "tflite", names.SLUG.replace("_", "-")],
        "metrics": [metric],
        "model-index": [
            {
                "name": f"{run['task']} {run['variant']['name']}",
                "results": [
                    {
                        "task": {"type": kind},
                        "dataset": {
                            "name": dataset["name"],
                            "type": dataset["name"],
                            "split": "test",
                        },
                        "metrics": [{"type": metric, "value": run["quality"]["value"]}],
                    }
                ],
            }
        ],
    }
