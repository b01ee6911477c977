"""Makes run dicts for the tests of the report."""

import hashlib

_SIZES = {"float": 500_000, "dynamic": 140_000, "int8": 120_000}
_EMPTY = dict.fromkeys(
    (
        "model",
        "dataset",
        "train",
        "quality",
        "keras_quality",
        "storage",
        "static",
        "latency",
        "memory",
        "artifacts",
    )
)


def run(training="baseline", quality=0.9, conversion="float", seed=0, **options):
    """Returns a run as in `run_schema.json`.

    Args:
        training: Name of the training, such as 'technique@0.8'.
        quality: Quality of the converted model; None for one that has no result.
        conversion: 'float', 'dynamic' or 'int8'.
        seed: The seed. Latency and memory are measured for seed 0.
        **options: Other values of the run dict, in place of the usual ones.
    """
    name = training if conversion == "float" else f"{training}+{conversion}"
    base, _, level = training.partition("@")
    stages = [] if base in ("baseline", "control") else base.split("_")
    uses_technique = "technique" in stages
    params = {"level_name": "sparsity", "level": float(level or 0)}
    others = "_".join(stage for stage in stages if stage != "technique")
    result = {
        "schema_version": 1,
        "run_id": _hash(name, seed),
        "status": "ok",
        "error": None,
        "started": "2026-01-01T00:00:00+00:00",
        "wall_s": 2.0,
        "cpu_s": 2.0,
        "task": "image",
        "profile": "smoke",
        "seed": seed,
        "strategy": "none",
        "config": {"resolved": {"seeds": [0, 1, 2]}, "sha256": _hash("config")},
        "git": {"commit": _hash("commit")[:40], "dirty": False},
        "variant": {
            "name": name,
            "training": training,
            "technique": "pruning" if uses_technique else None,
            "kind": "weight_mask" if uses_technique else None,
            "params": params if uses_technique else {},
            "control": training == "control",
            "combination": others or None,
            "conversion": conversion,
        },
        "parent_run_id": None if base == "baseline" else _hash("baseline", seed),
        "determinism": {
            "op_determinism": True,
            "intra_threads": 1,
            "inter_threads": 1,
            "onednn": True,
        },
        "device": "host",
        "software": {
            "python": "3.11.7",
            "tensorflow": "2.21.0",
            "tf_keras": "2.21.0",
            "tensorflow_model_optimization": "0.8.1",
            "ai_edge_litert": "2.3.0",
            "numpy": "2.4.6",
            "technique": None,
        },
        "hardware": {
            "cpu": "Some CPU",
            "flags": ["avx2"],
            "cores": 2,
            "ram_bytes": 8 * 2**30,
            "load_average": [1.5, 1.0, 0.5],
        },
    }
    if quality is None:
        return result | _EMPTY | options
    result |= _measured(quality, conversion, float(level or 0))
    if seed:
        result |= {"latency": None, "memory": None}
    return result | options


def failed(training, error, status="failed", **arguments):
    """Returns a run without a result."""
    return run(training, None, status=status, error=error, **arguments)


def _measured(quality, conversion, zeros):
    size = _SIZES[conversion]
    latency = 0.05 + size / 1e7
    return {
        "model": {"parameters": size // 4, "trainable_parameters": size // 4},
        "dataset": {
            "name": "digits",
            "version": "1.0",
            "splits": {"train": 1437, "test": 360},
            "source": "real",
            "sha256": None,
        },
        "train": {"steps": 90, "epochs": 4, "wall_s": 1.9, "cpu_s": 1.9},
        "quality": _quality(quality, "tflite"),
        "keras_quality": _quality(quality, "keras"),
        "storage": {"tflite_bytes": size, "gzip_bytes": round(size * (0.9 - 0.7 * zeros))},
        "static": {
            "weight_bytes": size - 5000,
            "weight_values": size // 4,
            "zero_fraction": zeros,
            "unique_values": 256,
            "sparse_tensors": 0,
            "peak_live_activation_bytes": 40_000,
            "ops": {"CONV_2D": 3},
        },
        "latency": {
            "median_ms": latency,
            "medians": [latency] * 3,
            "p95_ms": latency * 1.2,
            "cpu_median_ms": latency,
            "init_ms": 2.0,
            "first_ms": 1.0,
            "runs": 300,
            "processes": 3,
            "threads": 1,
            "pinned": True,
            "runtime": "ai-edge-litert 2.3.0",
            "delegate": "XNNPACK",
        },
        "memory": {
            "peak_bytes": 5 * 2**20,
            "floor_bytes": 3380 * 1024,
            "method": "VmHWM minus VmRSS before",
        },
        "artifacts": {
            "weights_sha256": _hash("weights"),
            "tflite_sha256": _hash("tflite"),
            "path": None,
        },
    }


def _quality(value, where):
    return {"metric": "accuracy", "value": value, "n": 360, "on": where}


def _hash(*parts):
    return hashlib.sha256(repr(parts).encode()).hexdigest()
