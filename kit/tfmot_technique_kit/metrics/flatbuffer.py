"""What a model file holds, read from the file without running it.

No timing goes into these numbers: they are the same on every machine. The
format is `tensorflow/compiler/mlir/lite/schema/schema.fbs`.
"""

import collections
import dataclasses

import numpy as np
from ai_edge_litert import schema_py_generated as schema

_DTYPES = {
    schema.TensorType.FLOAT64: np.float64,
    schema.TensorType.FLOAT32: np.float32,
    schema.TensorType.FLOAT16: np.float16,
    schema.TensorType.INT64: np.int64,
    schema.TensorType.INT32: np.int32,
    schema.TensorType.INT16: np.int16,
    schema.TensorType.INT8: np.int8,
    schema.TensorType.UINT32: np.uint32,
    schema.TensorType.UINT16: np.uint16,
    schema.TensorType.UINT8: np.uint8,
    schema.TensorType.BOOL: np.bool_,
}
# Constants of other types are shapes, indices, paddings and integer biases.
_WEIGHT_DTYPES = (np.float64, np.float32, np.float16, np.int16, np.int8, np.uint8)
_OPERATORS = {
    code: name for name, code in vars(schema.BuiltinOperator).items() if not name.startswith("_")
}
_TYPES = {code: name for name, code in vars(schema.TensorType).items() if not name.startswith("_")}


@dataclasses.dataclass(frozen=True)
class Weight:
    """A weight of an operator, as the file holds it.

    Attributes:
        dtype: Name of the type of its stored values, such as 'INT8'.
        shape: Tuple of ints.
        zero_fraction: Float in [0, 1], how many of its values stand for zero.
        values_per_channel: Tuple of two ints, the smallest and the largest number
            of different values in one channel. Channels are along the axis that
            scales are for, else the first. Of a sparse weight it is that of all.
        is_sparse: Whether it is encoded as sparse: zeros are not stored.
    """

    dtype: str
    shape: tuple[int, ...]
    zero_fraction: float
    values_per_channel: tuple[int, int]
    is_sparse: bool


@dataclasses.dataclass(frozen=True)
class Operator:
    """An operator of the main graph.

    Attributes:
        name: Its name, such as 'CONV_2D'.
        weights: Tuple of `Weight`, those of its inputs that are weights.
    """

    name: str
    weights: tuple[Weight, ...]


def analyze(content):
    """Counts weights, activations and operators of a model.

    A weight is a constant of two or more dimensions, float or quantized: the
    kernels and embeddings that techniques work on, no bias, shape or index.

    Args:
        content: The `.tflite` file, bytes.

    Returns:
        A dict with
        'weight_bytes': int, bytes of the weights' values. The index of a sparse
            encoding is not in it, the size of the file has it.
        'weight_values': int, how many values they have when all are written out.
        'zero_fraction': float in [0, 1], how many of these stand for zero. In a
            quantized weight that is its zero point.
        'unique_values': int, the largest number of different stored values in one
            weight.
        'sparse_tensors': int, weights that are encoded as sparse.
        'peak_live_activation_bytes': int, the most that all tensors which are
            alive at the same operator need: a lower bound of the runtime's arena.
        'ops': dict of operator name to how often it occurs.

    Raises:
        ValueError: The bytes are no TFLite model, or a weight has a type whose
            values cannot be read.
    """
    model = _parse(content)
    # Graphs of loops and branches may share buffers with the main one.
    weights = {}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            if _is_weight(tensor, model.buffers):
                weights.setdefault(tensor.buffer, tensor)
    values = {b: _read(t, model.buffers) for b, t in weights.items()}
    total = sum(_size(tensor) for tensor in weights.values())
    nonzero = sum(_count_nonzero(t, values[b]) for b, t in weights.items())
    return {
        "weight_bytes": sum(array.nbytes for array in values.values()),
        "weight_values": total,
        "zero_fraction": (total - nonzero) / total if total else 0.0,
        "unique_values": max((_count_unique(t, values[b]) for b, t in weights.items()), default=0),
        "sparse_tensors": sum(tensor.sparsity is not None for tensor in weights.values()),
        "peak_live_activation_bytes": _peak_live_bytes(model),
        "ops": _count_operators(model),
    }


def list_operators(content):
    """Lists the operators of a model with their weights.

    Args:
        content: The `.tflite` file, bytes.

    Returns:
        A list of `Operator`, in the order in which they run.

    Raises:
        ValueError: As in `analyze`.
    """
    model = _parse(content)
    graph = model.subgraphs[0]
    operators = []
    for operator in graph.operators or ():
        inputs = [graph.tensors[index] for index in operator.inputs if index >= 0]
        weights = [
            _describe(tensor, model.buffers)
            for tensor in inputs
            if _is_weight(tensor, model.buffers)
        ]
        operators.append(Operator(_name_of(operator, model), tuple(weights)))
    return operators


def _parse(content):
    if len(content) < 8 or not schema.Model.ModelBufferHasIdentifier(content, 0):
        raise ValueError(
            "These bytes are no TFLite model: they do not begin as the files that "
            "tf.lite.TFLiteConverter writes."
        )
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))


def _describe(tensor, buffers):
    values = _read(tensor, buffers)
    is_sparse = tensor.sparsity is not None
    if is_sparse:  # The values alone do not say to which channel they belong.
        counts = [_count_unique(tensor, values)]
    else:
        axis = tensor.quantization.quantizedDimension if tensor.quantization else 0
        channels = np.moveaxis(values.reshape(_shape(tensor)), axis, 0)
        counts = [len(np.unique(channel)) for channel in channels]
    size = _size(tensor)
    return Weight(
        dtype=_TYPES[tensor.type],
        shape=_shape(tensor),
        zero_fraction=(size - _count_nonzero(tensor, values)) / size,
        values_per_channel=(min(counts), max(counts)),
        is_sparse=is_sparse,
    )


def _is_constant(tensor, buffers):
    data = buffers[tensor.buffer].data
    return data is not None and len(data) > 0


def _is_weight(tensor, buffers):
    if not _is_constant(tensor, buffers) or len(_shape(tensor)) < 2:
        return False
    if tensor.type not in _DTYPES:
        raise ValueError(
            f"The weight {tensor.name.decode()} has the type "
            f"{_TYPES.get(tensor.type, tensor.type)}, which cannot be counted: "
            "convert the model to float, int8 or int16 weights."
        )
    return _DTYPES[tensor.type] in _WEIGHT_DTYPES


def _shape(tensor):
    return () if tensor.shape is None else tuple(int(n) for n in tensor.shape)


def _size(tensor):
    # A dimension that is only known at run time counts as 1, as in a batch.
    return int(np.prod([max(n, 1) for n in _shape(tensor)], dtype=np.int64))


def _read(tensor, buffers):
    return buffers[tensor.buffer].data.view(_DTYPES[tensor.type])


def _zero_points(tensor):
    quantization = tensor.quantization
    if quantization is None or quantization.zeroPoint is None:
        return np.zeros(1, np.int64)
    return np.asarray(quantization.zeroPoint, np.int64)


def _count_nonzero(tensor, values):
    zeros = _zero_points(tensor)
    if tensor.sparsity is None and len(zeros) > 1:
        shape = [1] * len(_shape(tensor))
        shape[tensor.quantization.quantizedDimension] = len(zeros)
        values, zeros = values.reshape(_shape(tensor)), zeros.reshape(shape)
    else:
        # The converter quantizes what it encodes as sparse around zero.
        zeros = zeros[0]
    return int(np.count_nonzero(values != zeros))


def _count_unique(tensor, values):
    unique = np.unique(values)
    if tensor.sparsity is not None:
        # Zeros that are not stored are a value, too.
        unique = np.union1d(unique, _zero_points(tensor)[:1])
    return len(unique)


def _count_operators(model):
    counts = collections.Counter()
    for graph in model.subgraphs:
        for operator in graph.operators or ():
            counts[_name_of(operator, model)] += 1
    return dict(sorted(counts.items()))


def _name_of(operator, model):
    code = model.operatorCodes[operator.opcodeIndex]
    # Files from before there were 127 operators only have the second.
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    if number == schema.BuiltinOperator.CUSTOM:
        return code.customCode.decode()
    return _OPERATORS[number]


def _peak_live_bytes(model):
    graph = model.subgraphs[0]
    operators = graph.operators or ()
    first = {int(i): 0 for i in graph.inputs}
    last = {int(i): len(operators) for i in graph.outputs}
    for index, tensor in enumerate(graph.tensors):
        if tensor.isVariable:  # The state of a recurrent layer always lives.
            first[index], last[index] = 0, len(operators)
    for step, operator in enumerate(operators):
        for index in operator.outputs:
            first.setdefault(int(index), step)
        for index in operator.inputs:
            last[int(index)] = max(step, last.get(int(index), 0))
    live = [0] * max(len(operators), 1)
    for index, begin in first.items():
        tensor = graph.tensors[index]
        # Handles of resources have no bytes of their own.
        if tensor.type in _DTYPES and not _is_constant(tensor, model.buffers):
            size = _size(tensor) * np.dtype(_DTYPES[tensor.type]).itemsize
            for step in range(begin, min(last.get(index, begin) + 1, len(live))):
                live[step] += size
    return max(live)
