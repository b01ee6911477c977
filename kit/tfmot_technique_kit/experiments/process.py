"""Prepares a process, so that the same run has the same results."""

import os
import sys
import threading
from typing import Any

# Set by `executors`, in the environment of what it starts.
EXIT_WITH_PARENT = "TECHNIQUE_EXIT_WITH_PARENT"


def set_up(determinism: dict[str, Any]) -> None:
    """Fixes what results depend on besides the seed. Imports TensorFlow.

    Args:
        determinism: `op_determinism`, `intra_threads`, `inter_threads` and `onednn`, as in the
            configuration.

    Raises:
        RuntimeError: If TensorFlow was imported already with another `onednn`, or
            runs with other numbers of threads.
    """
    onednn = str(int(determinism["onednn"]))
    name = "TF_ENABLE_ONEDNN_OPTS"
    if "tensorflow" in sys.modules and os.environ.get(name) != onednn:
        raise RuntimeError(
            f"Set {name}={onednn} before you import TensorFlow: results depend on it."
        )
    os.environ[name] = onednn
    import tensorflow as tf

    tf_threads = tf.config.threading
    tf_threads.set_intra_op_parallelism_threads(determinism["intra_threads"])
    tf_threads.set_inter_op_parallelism_threads(determinism["inter_threads"])
    if determinism["op_determinism"]:
        tf.config.experimental.enable_op_determinism()


def exit_with_parent() -> None:
    """Has a process that `executors` started end with the one that holds its standard input.

    A sweep that is killed must not leave runs behind, which would go on beside
    those of the next sweep.
    """
    if not os.environ.pop(EXIT_WITH_PARENT, None):
        return

    def wait() -> None:
        # Not by `sys.stdin`, whose lock would be held when this process ends.
        while os.read(0, 1024):
            pass
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
