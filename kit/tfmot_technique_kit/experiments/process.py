"""Prepares a process, so that the same run has the same results."""

import importlib.util
import os
import threading
from typing import Any

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.switch import Switch

# Set by `executors`, in the environment of what it starts.
EXIT_WITH_PARENT = "TECHNIQUE_EXIT_WITH_PARENT"


def set_up(determinism: dict[str, Any], switch: Switch) -> None:
    """Fixes what results depend on besides the seed, before anything else imports TensorFlow.

    Raises UserError if the backend is not installed.
    """
    if importlib.util.find_spec(switch.backend) is None:
        raise UserError(f"{switch.backend} is not installed: run pip install {switch.backend}.")
    os.environ.update(switch.variables, TF_ENABLE_ONEDNN_OPTS=str(int(determinism["onednn"])))
    import tensorflow as tf

    tf_threads = tf.config.threading
    tf_threads.set_intra_op_parallelism_threads(determinism["intra_threads"])
    tf_threads.set_inter_op_parallelism_threads(determinism["inter_threads"])
    if determinism["op_determinism"]:
        tf.config.experimental.enable_op_determinism()
    if switch.backend != "tensorflow":
        tf.config.set_visible_devices([], "GPU")  # It reads data, and would take the memory.
    if switch.backend == "jax":
        flags = os.environ.get("XLA_FLAGS", "").split()
        if determinism["intra_threads"] == 1:
            flags.append("--xla_cpu_multi_thread_eigen=false")  # It takes no number.
        if determinism["op_determinism"]:
            flags.append("--xla_gpu_deterministic_ops=true")
        os.environ["XLA_FLAGS"] = " ".join(flags)
    if switch.backend == "torch":
        if determinism["op_determinism"]:
            os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # Without, it refuses GPUs.
        import torch

        torch.set_num_threads(determinism["intra_threads"])
        torch.set_num_interop_threads(determinism["inter_threads"])
        torch.use_deterministic_algorithms(determinism["op_determinism"])


def exit_with_parent() -> None:
    """Has a process that `executors` started end with the one that holds its standard input.

    The runs of a sweep that is killed would go on beside those of the next sweep.
    """
    if not os.environ.pop(EXIT_WITH_PARENT, None):
        return

    def wait() -> None:
        # Not by `sys.stdin`, whose lock would be held when this process ends.
        while os.read(0, 1024):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
