"""The technique on models of TensorFlow Official Models.

Needs the extra `official` and an environment of its own: `tf-models-official`
is tied to one version of TensorFlow.
"""
