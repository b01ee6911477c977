"""What TFLite's `benchmark_model` prints."""

_OUTPUT = """INFO: STARTING!
INFO: Log parameter values verbosely: [0]
INFO: Min num runs: [50]
INFO: Num threads: [1]
INFO: Graph: [/data/local/tmp/model.tflite]
INFO: #threads used for CPU inference: [1]
INFO: Loaded model /data/local/tmp/model.tflite
INFO: Initialized TensorFlow Lite runtime.
INFO: Created TensorFlow Lite XNNPACK delegate for CPU.
INFO: The input model file size (MB): 1.23457
INFO: Initialized session in 3.5ms.
INFO: Running benchmark for at least 1 iterations and at least 0.5 seconds but \
terminate if exceeding 150 seconds.
INFO: count=200 first=4000 curr=2500 min=2400 max=4000 avg=2550 std=90 \
p5=2410 median=2501 p95=2900

INFO: Running benchmark for at least 50 iterations and at least 1 seconds but \
terminate if exceeding 150 seconds.
INFO: count=400 first=2500 curr=2450 min=2390 max=9000 avg=2600 std=300 \
p5=2400 median={median} p95=2800

INFO: Inference timings in us: Init: 3500, First inference: 4000, \
Warmup (avg): 2550, Inference (avg): 2600
INFO: Note: the following is only APPROXIMATE.
INFO: Memory footprint delta from the start of the tool (MB): init=2.5 \
overall=4.25
"""


def output_of(median=2480):
    """Returns the output of a process."""
    return _OUTPUT.format(median=median)
