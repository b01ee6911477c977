"""What a deployed model costs and what it answers, measured on its file.

Nothing here imports TensorFlow: the numbers are those of the `.tflite` file on the runtime that
devices use, LiteRT.
"""
