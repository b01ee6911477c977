"""What a model file holds, read from the file without running it.

No timing goes into these numbers: they are the same on every machine. The format is
`tensorflow/compiler/mlir/lite/schema/schema.fbs`.
"""

import collections
import functools
import gzip
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


class Weight(NamedTuple):
    """A weight of an operator, as the file holds it."""

    dtype: str  # of its stored values, such as 'INT8'
    shape: tuple[int, ...]
    zero_fraction: float  # in [0, 1], how many of its values stand for zero
    # The smallest and the largest number of different values in one channel. Channels are along
    # the axis that scales are for, else the first. Of a sparse weight it is that of all.
    values_per_channel: tuple[int, int]
    is_sparse: bool  # whether zeros are not stored


class Operator(NamedTuple):
    """An operator of the main graph: its name, such as 'CONV_2D', and its weights."""

    name: str
    weights: tuple[Weight, ...]


def sizes(content: bytes) -> dict[str, int]:
    """Returns the size of a model in bytes: 'tflite_bytes' on disk, 'gzip_bytes' in a download.

    Compressed is where zeros and repeated values pay.
    """
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
    graphs = [_tensors(graph, model) for graph in model.subgraphs]
    # Graphs of loops and branches may share buffers with the main one.
    found = {t.raw.buffer: t for graph in reversed(graphs) for t in reversed(graph) if t.is_weight}
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
        "peak_live_activation_bytes": _peak_live_bytes(model.subgraphs[0], graphs[0]),
        "ops": dict(sorted(collections.Counter(names).items())),
    }


def list_operators(content: bytes) -> list[Operator]:
    """Returns the operators of a model with their weights, in the order in which they run.

    Raises:
        UserError: As in `analyze`.
    """
    model = _parse(content)
    graph = model.subgraphs[0]
    tensors = _tensors(graph, model)
    operators = []
    for operator in graph.operators or ():
        inputs = [tensors[index] for index in operator.inputs if index >= 0]
        weights = tuple(tensor.describe() for tensor in inputs if tensor.is_weight)
        operators.append(Operator(_name_of(operator, model), weights))
    return operators


def _parse(content: bytes) -> schema.ModelT:
    if len(content) < 8 or not schema.Model.ModelBufferHasIdentifier(content, 0):
        raise UserError(
            "These bytes are no TFLite model: they do not begin as the files that "
            "tf.lite.TFLiteConverter writes."
        )
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))


def _tensors(graph: schema.SubGraphT, model: schema.ModelT) -> list["_Tensor"]:
    return [_Tensor(tensor, model.buffers[tensor.buffer].data) for tensor in graph.tensors]


def _name_of(operator: schema.OperatorT, model: schema.ModelT) -> str:
    code = model.operatorCodes[operator.opcodeIndex]
    # Files from before there were 127 operators only have the second.
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    if number == schema.BuiltinOperator.CUSTOM:
        return code.customCode.decode()
    return _OPERATORS[number]


class _Tensor:
    """A tensor with the bytes of its buffer, which are None or empty if it is no constant."""

    def __init__(self, raw: schema.TensorT, data: np.ndarray | None) -> None:
        self.raw = raw
        self._data = data
        self.is_constant = data is not None and len(data) > 0
        self.is_sparse = raw.sparsity is not None
        self.dtype = _TYPES.get(raw.type, str(raw.type))
        self.shape = () if raw.shape is None else tuple(map(int, raw.shape))
        # A dimension that is only known at run time counts as 1, as in a batch.
        self.size = int(np.prod([max(n, 1) for n in self.shape], dtype=np.int64))

    @property
    def is_weight(self) -> bool:
        if not self.is_constant or len(self.shape) < 2:
            return False
        if self.dtype not in _DTYPES:
            raise UserError(
                f"The weight {self.raw.name.decode()} has the type {self.dtype}, which cannot be "
                "counted: convert the model to float, int8 or int16 weights."
            )
        return self.dtype in _WEIGHT_TYPES

    @property
    def bytes(self) -> int:
        # Handles of resources have no bytes of their own.
        return self.size * _DTYPES[self.dtype].itemsize if self.dtype in _DTYPES else 0

    @property
    def values(self) -> np.ndarray:
        return self._data.view(_DTYPES[self.dtype])

    @property
    def _zero_points(self) -> np.ndarray:
        points = self.raw.quantization and self.raw.quantization.zeroPoint
        return np.asarray([0] if points is None else points, np.int64)

    @property
    def _channels(self) -> np.ndarray:
        axis = self.raw.quantization.quantizedDimension if self.raw.quantization else 0
        return np.moveaxis(self.values.reshape(self.shape), axis, 0)

    @functools.cached_property
    def nonzero(self) -> int:
        zeros = self._zero_points
        if self.is_sparse or len(zeros) == 1:
            # The converter quantizes what it encodes as sparse around zero.
            return int(np.count_nonzero(self.values != zeros[0]))
        pairs = zip(self._channels, zeros, strict=True)
        return sum(int(np.count_nonzero(channel != zero)) for channel, zero in pairs)

    @property
    def unique(self) -> int:
        unique = np.unique(self.values)
        if self.is_sparse:  # Zeros that are not stored are a value, too.
            unique = np.union1d(unique, self._zero_points[:1])
        return len(unique)

    def describe(self) -> Weight:
        # The values of a sparse one do not say to which channel they belong.
        counts = [self.unique]
        if not self.is_sparse:
            counts = [len(np.unique(channel)) for channel in self._channels]
        zeros = (self.size - self.nonzero) / self.size
        return Weight(self.dtype, self.shape, zeros, (min(counts), max(counts)), self.is_sparse)


def _peak_live_bytes(graph: schema.SubGraphT, tensors: list[_Tensor]) -> int:
    operators = graph.operators or ()
    first = {int(i): 0 for i in graph.inputs}
    last = {int(i): len(operators) for i in graph.outputs}
    for index, tensor in enumerate(tensors):
        if tensor.raw.isVariable:  # The state of a recurrent layer always lives.
            first[index], last[index] = 0, len(operators)
    for step, operator in enumerate(operators):
        for index in operator.outputs:
            first.setdefault(int(index), step)
        for index in operator.inputs:
            last[int(index)] = max(step, last.get(int(index), 0))
    live = np.zeros(max(len(operators), 1), np.int64)
    for index, begin in first.items():
        if not tensors[index].is_constant:
            live[begin : last.get(index, begin) + 1] += tensors[index].bytes
    return int(live.max())
