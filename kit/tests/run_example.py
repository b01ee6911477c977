"""A run as `run_schema.json` describes it, for tests; nothing measured its numbers."""

from typing import Any


def run_example(**changes: Any) -> dict[str, Any]:
    """Returns a new run with status 'ok'.

    Args:
        **changes: Values in place of the usual ones; `storage__gzip_bytes=1` is for the key
            'gzip_bytes' of the section 'storage'.
    """
    config = {"training": {"batch_size": 64}, "seeds": [0]}
    quality = {"metric": "accuracy", "value": 0.9, "n": 10}
    versions = ("tensorflow", "tf_keras", "tensorflow_model_optimization", "ai_edge_litert")
    run = {
        "schema_version": 1,
        "run_id": "0" * 64,
        "status": "ok",
        "error": None,
        "started": "2026-01-02T03:04:05+00:00",
        "wall_s": 2.0,
        "cpu_s": 3.0,
        "task": "image",
        "profile": "smoke",
        "seed": 0,
        "strategy": "none",
        "config": {"resolved": config, "sha256": "1" * 64},
        "git": {"commit": "2" * 40, "dirty": False},
        "model": {"parameters": 100, "trainable_parameters": 90},
        "dataset": {
            **{"name": "digits", "version": None, "splits": {"train": 20, "test": 10}},
            **{"source": "real", "sha256": None},
        },
        "variant": {
            **{"name": "technique@0.8+int8", "training": "technique@0.8", "conversion": "int8"},
            **{"technique": "some_technique", "kind": "weight_mask"},
            **{"params": {"level_name": "sparsity", "level": 0.8}},
            **{"control": False, "combination": None},
        },
        "parent_run_id": "3" * 64,
        "determinism": {
            **{"op_determinism": True, "intra_threads": 1, "inter_threads": 1, "onednn": True}
        },
        "train": {"steps": 10, "epochs": 1, "wall_s": 1.0, "cpu_s": 1.0},
        "quality": quality | {"on": "tflite"},
        "keras_quality": quality | {"on": "keras"},
        "storage": {"tflite_bytes": 2000, "gzip_bytes": 1000},
        "static": {
            **{"weight_bytes": 400, "weight_values": 100, "zero_fraction": 0.8},
            **{"unique_values": 21, "sparse_tensors": 0, "peak_live_activation_bytes": 64},
            **{"ops": {"CONV_2D": 2}},
        },
        "latency": {
            **{"median_ms": 0.1, "medians": [0.1], "p95_ms": 0.2, "cpu_median_ms": 0.1},
            **{"init_ms": 1.0, "first_ms": 0.5, "runs": 50, "processes": 1, "threads": 1},
            **{"pinned": True, "runtime": "ai-edge-litert 0.0.0", "delegate": "xnnpack"},
        },
        "memory": {"peak_bytes": 5000, "floor_bytes": 3000, "method": "VmHWM"},
        "device": "host",
        "software": {
            **dict.fromkeys(versions, "0.0.0"),
            **{"python": "3.12.0", "numpy": "0.0.0", "technique": None},
        },
        "hardware": {
            **{"cpu": None, "flags": ["avx2"], "cores": 2, "ram_bytes": 2**34},
            **{"load_average": [0.0, 0.1, 0.2]},
        },
        "artifacts": {"weights_sha256": "4" * 64, "tflite_sha256": "5" * 64, "path": None},
    }
    for path, value in changes.items():
        *sections, key = path.split("__")
        section = run
        for name in sections:
            section = section[name]
        section[key] = value
    return run


def failed_example(status: str = "failed", error: str = "It does not convert.") -> dict[str, Any]:
    """Returns a run without measurements."""
    sections = ("model", "dataset", "train", "quality", "keras_quality", "storage", "static")
    nothing = dict.fromkeys((*sections, "latency", "memory", "artifacts"))
    return run_example(**nothing, status=status, error=error)
