"""What a model file holds, read from the file without running it.

No timing goes into these numbers: they are the same on every machine. The format is
`tensorflow/compiler/mlir/lite/schema/schema.fbs`.
"""

import collections
import functools
import gzip
import math
from typing import Any, NamedTuple

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from tfmot_technique_kit.errors import UserError

_TYPES, _OPERATORS = (
    {code: name for name, code in vars(names).items() if not name.startswith("_")}
    for names in (schema.TensorType, schema.BuiltinOperator)
)
_NUMBERS = ("FLOAT64", "FLOAT32", "FLOAT16", "INT64", "INT32", "INT16", "INT8", "UINT32", "UINT16")
_DTYPES = {name: np.dtype(name.lower()) for name in (*_NUMBERS, "UINT8", "BOOL")}
# Constants of other types are shapes, indices, paddings and integer biases.
_WEIGHT_TYPES = {"FLOAT64", "FLOAT32", "FLOAT16", "INT16", "INT8", "UINT8"}


class Weight:
    """A weight of an operator, as the file holds it."""

    def __init__(self, raw: schema.TensorT, data: np.ndarray) -> None:
        self.dtype = _TYPES[raw.type]  # of its stored values, such as 'INT8'
        self.shape = tuple(map(int, raw.shape))
        self.size = math.prod(self.shape)  # how many values it has when all are written out
        self.values = data.view(_DTYPES[self.dtype])  # those that are stored, flat
        self.is_sparse = raw.sparsity is not None  # whether zeros are not stored
        points = raw.quantization and raw.quantization.zeroPoint
        self._zero_points = np.asarray([0] if points is None else points, np.int64)
        self._axis = raw.quantization.quantizedDimension if raw.quantization else 0

    @property
    def _channels(self) -> np.ndarray:
        return np.moveaxis(self.values.reshape(self.shape), self._axis, 0)

    @functools.cached_property
    def nonzero(self) -> int:
        """How many of its values do not stand for zero."""
        zeros = self._zero_points
        if self.is_sparse or len(zeros) == 1:
            # The converter quantizes what it encodes as sparse around zero.
            return int(np.count_nonzero(self.values != zeros[0]))
        pairs = zip(self._channels, zeros, strict=True)
        return sum(int(np.count_nonzero(channel != zero)) for channel, zero in pairs)

    @property
    def zero_fraction(self) -> float:
        """How many of its values stand for zero, in [0, 1]."""
        return (self.size - self.nonzero) / self.size

    @property
    def unique(self) -> int:
        """How many different values it has."""
        unique = np.unique(self.values)
        if self.is_sparse:  # Zeros that are not stored are a value, too.
            unique = np.union1d(unique, self._zero_points[:1])
        return len(unique)

    @property
    def values_per_channel(self) -> tuple[int, int]:
        """The smallest and the largest number of different values in one channel.

        Channels are along the axis that scales are for, else the first. Of a sparse weight it is
        that of all: its values do not say to which channel they belong.
        """
        if self.is_sparse:
            return self.unique, self.unique
        counts = [len(np.unique(channel)) for channel in self._channels]
        return min(counts), max(counts)


class Operator(NamedTuple):
    """An operator of the main graph: its name, such as 'CONV_2D', and its weights."""

    name: str
    weights: tuple[Weight, ...]


def sizes(content: bytes) -> dict[str, int]:
    """Returns the size of a model in bytes: 'tflite_bytes' on disk, 'gzip_bytes' in a download."""
    # Without time stamp and file name the archive depends on the model only.
    compressed = gzip.compress(content, compresslevel=9, mtime=0)
    return {"tflite_bytes": len(content), "gzip_bytes": len(compressed)}


def analyze(content: bytes) -> dict[str, Any]:
    """Counts weights, activations and operators of a model.

    A weight is a constant of two or more dimensions, float or quantized: the kernels and
    embeddings that techniques work on, no bias, shape or index.

    Args:
        content: The `.tflite` file.

    Returns:
        A dict with
        'weight_bytes': bytes of the weights' values. The index of a sparse encoding is not in
            it, the size of the file has it.
        'weight_values': how many values they have when all are written out.
        'zero_fraction': in [0, 1], how many of these stand for zero. In a quantized weight that
            is its zero point.
        'unique_values': the largest number of different stored values in one weight.
        'sparse_tensors': weights that are encoded as sparse.
        'peak_live_activation_bytes': the most that all tensors which are alive at the same
            operator need: a lower bound of the runtime's arena.
        'ops': how often each operator occurs, by its name.

    Raises:
        UserError: The bytes are no TFLite model, or a weight has a type whose values cannot be
            read.
    """
    model = _parse(content)
    # By buffer: graphs of loops and branches may share those of the main one.
    found = {
        graph.tensors[index].buffer: weight
        for graph in reversed(model.subgraphs)
        for index, weight in reversed(_weights(graph, model).items())
    }
    weights = list(found.values())
    total = sum(weight.size for weight in weights)
    nonzero = sum(weight.nonzero for weight in weights)
    names = (_name_of(o, model) for graph in model.subgraphs for o in graph.operators or ())
    return {
        "weight_bytes": sum(weight.values.nbytes for weight in weights),
        "weight_values": total,
        "zero_fraction": (total - nonzero) / total if total else 0.0,
        "unique_values": max((weight.unique for weight in weights), default=0),
        "sparse_tensors": sum(weight.is_sparse for weight in weights),
        "peak_live_activation_bytes": _peak_live_bytes(model.subgraphs[0], model),
        "ops": dict(sorted(collections.Counter(names).items())),
    }


def list_operators(content: bytes) -> list[Operator]:
    """Returns the operators of a model with their weights, in the order in which they run.

    Raises:
        UserError: As in `analyze`.
    """
    model = _parse(content)
    graph = model.subgraphs[0]
    weights = _weights(graph, model)
    return [
        Operator(
            _name_of(operator, model), tuple(weights[i] for i in operator.inputs if i in weights)
        )
        for operator in graph.operators or ()
    ]


def _parse(content: bytes) -> schema.ModelT:
    if len(content) < 8 or not schema.Model.ModelBufferHasIdentifier(content, 0):
        raise UserError(
            "These bytes are no TFLite model: they do not begin as the files that "
            "tf.lite.TFLiteConverter writes."
        )
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))


def _name_of(operator: schema.OperatorT, model: schema.ModelT) -> str:
    code = model.operatorCodes[operator.opcodeIndex]
    # Files from before there were 127 operators only have the second.
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    if number == schema.BuiltinOperator.CUSTOM:
        return code.customCode.decode()
    return _OPERATORS[number]


def _data(tensor: schema.TensorT, model: schema.ModelT) -> np.ndarray | None:
    """Returns the bytes of a constant, None for other tensors."""
    data = model.buffers[tensor.buffer].data
    return None if data is None or not len(data) else data


def _weights(graph: schema.SubGraphT, model: schema.ModelT) -> dict[int, Weight]:
    """Returns the weights of a graph by the numbers of their tensors."""
    found = {}
    for index, tensor in enumerate(graph.tensors):
        data = _data(tensor, model)
        if data is None or tensor.shape is None or len(tensor.shape) < 2:
            continue
        dtype = _TYPES.get(tensor.type, str(tensor.type))
        if dtype not in _DTYPES:
            raise UserError(
                f"The weight {tensor.name.decode()} has the type {dtype}, which cannot be "
                "counted: convert the model to float, int8 or int16 weights."
            )
        if dtype in _WEIGHT_TYPES:
            found[index] = Weight(tensor, data)
    return found


def _peak_live_bytes(graph: schema.SubGraphT, model: schema.ModelT) -> int:
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
    live = np.zeros(max(len(operators), 1), np.int64)
    for index, begin in first.items():
        tensor = graph.tensors[index]
        dtype = _DTYPES.get(_TYPES.get(tensor.type, ""))
        # Handles of resources have no bytes of their own.
        if dtype is not None and _data(tensor, model) is None:
            # A dimension that is only known at run time counts as 1, as in a batch.
            shape = () if tensor.shape is None else tensor.shape
            size = math.prod(max(int(n), 1) for n in shape) * dtype.itemsize
            live[begin : last.get(index, begin) + 1] += size
    return int(live.max())
