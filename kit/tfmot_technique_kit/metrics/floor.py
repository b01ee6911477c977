"""The smallest model: what remains of a measurement is the runtime's own."""

import flatbuffers
from ai_edge_litert import schema_py_generated as schema


def one_operator_model():
    """Returns a `.tflite` file, bytes: the ReLU of four floats."""
    tensors = [
        schema.TensorT(name=name, shape=[1, 4], type=schema.TensorType.FLOAT32, buffer=0)
        for name in ("input", "output")
    ]
    operator = schema.OperatorT(opcodeIndex=0, inputs=[0], outputs=[1])
    code = schema.OperatorCodeT(
        builtinCode=schema.BuiltinOperator.RELU, deprecatedBuiltinCode=schema.BuiltinOperator.RELU
    )
    graph = schema.SubGraphT(tensors=tensors, inputs=[0], outputs=[1], operators=[operator])
    model = schema.ModelT(
        version=3,
        operatorCodes=[code],
        subgraphs=[graph],
        buffers=[schema.BufferT()],  # By convention the first one is empty.
    )
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())
