"""Runs for the tests of the report."""

from tests import run_example

_SIZES = {"float": 500_000, "dynamic": 140_000, "int8": 120_000}


def run(training="baseline", quality=0.9, conversion="float", seed=0, **changes):
    """Returns a run with a result; with latency and memory for seed 0.

    Args:
        training: Such as 'technique@0.8'. Its level is the fraction of zeros.
        quality: Quality of the converted model.
        conversion: 'float', 'dynamic' or 'int8'.
        seed: The seed.
        **changes: As for run_example.
    """
    base, _, level = training.partition("@")
    stages = [] if base in ("baseline", "control") else base.split("_")
    is_technique = "technique" in stages
    size, zeros = _SIZES[conversion], float(level or 0)
    usual = {
        "seed": seed,
        "variant__name": training if conversion == "float" else f"{training}+{conversion}",
        "variant__training": training,
        "variant__conversion": conversion,
        "variant__technique": "some_method" if is_technique else None,
        "variant__params": {"level_name": "sparsity", "level": zeros} if is_technique else {},
        "variant__control": training == "control",
        "variant__combination": "_".join(x for x in stages if x != "technique") or None,
        "quality__value": quality,
        "storage": {"tflite_bytes": size, "gzip_bytes": round(size * (0.9 - 0.7 * zeros))},
        "static__zero_fraction": zeros,
        "latency__median_ms": 0.05 + size / 1e7,
        "latency__medians": [0.05 + size / 1e7],
        "memory__peak_bytes": 5 * 2**20,
        **({"latency": None, "memory": None} if seed else {}),
    }
    return run_example.run_example(**usual | changes)


def seeds(training, qualities, **changes):
    """Returns a run for each quality, with seeds from 0."""
    return [run(training, quality, seed=i, **changes) for i, quality in enumerate(qualities)]


def failed(training, error, status="failed", **arguments):
    """Returns a run without a result."""
    described = run(training, **arguments)
    identity = {name: described[name] for name in ("variant", "seed", "task", "profile", "device")}
    return run_example.failed_example(status, error) | identity
