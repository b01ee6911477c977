"""Names of the technique, for code that does not need TensorFlow."""

SLUG = "connection_pruning"
KIND = "weight_mask"
LEVEL = "sparsity"
PACKAGE = "tfmot_connection_pruning"
DISTRIBUTION = "tfmot-connection-pruning"
