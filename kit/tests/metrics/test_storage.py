"""Tests for storage."""

import gzip
import random

from tfmot_technique_kit.metrics import storage


def test_file_is_counted_as_it_is() -> None:
    assert storage.measure(b"abc")["tflite_bytes"] == 3


def test_zeros_compress_and_noise_does_not() -> None:
    noise = random.Random(0).randbytes(10000)

    assert storage.measure(bytes(10000))["gzip_bytes"] < 100
    assert storage.measure(noise)["gzip_bytes"] > 10000


def test_compression_is_the_strongest_and_that_of_gzip() -> None:
    words = [str(n) for n in range(300)]
    content = " ".join(random.Random(0).choices(words, k=20000)).encode()
    sizes = [len(gzip.compress(content, level)) for level in range(1, 10)]

    assert storage.measure(content)["gzip_bytes"] == sizes[-1] < sizes[0]
