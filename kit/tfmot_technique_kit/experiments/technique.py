"""The API of the technique, under the names that the experiments use."""

# isort: off
# fmt: off
# ruff: noqa: E501, F401
from tfmot_connection_pruning.keras import prune_connections as apply
from tfmot_connection_pruning.keras import connection_pruning_scope as scope
from tfmot_connection_pruning.keras import PolynomialDecay
from tfmot_connection_pruning.keras import SkipUnsupportedLayers
from tfmot_connection_pruning.keras import strip_connection_pruning as strip
from tfmot_connection_pruning.keras import (
  UpdateConnectionPruningStep as UpdateStep,
)
from tfmot_connection_pruning.keras import PruneConnections as Wrapper
# fmt: on
# isort: on
