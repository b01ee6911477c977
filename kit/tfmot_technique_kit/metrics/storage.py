"""Bytes of a model on disk and in a download."""

import gzip


def measure(content):
    """Measures the size of a model file.

    Args:
        content: The `.tflite` file, bytes.

    Returns:
        A dict of int: 'tflite_bytes' of the file as it is, 'gzip_bytes' of it
        compressed, which is where zeros and repeated values pay.
    """
    # Without time stamp and file name the archive depends on the model only.
    compressed = gzip.compress(content, compresslevel=9, mtime=0)
    return {"tflite_bytes": len(content), "gzip_bytes": len(compressed)}
