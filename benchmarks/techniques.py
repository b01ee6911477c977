"""The technique that the benchmarks measure for each kind, as the template generates it."""

from __future__ import annotations

# Its package, and the level that all steps train at.
TECHNIQUES = {
    "weight_mask": ("tfmot_connection_pruning", 0.8),
    "weight_projection": ("tfmot_weight_ternarization", 0.99),
    "activation": ("tfmot_activation_sparsity", 0.8),
    "layer_replacement": ("tfmot_low_rank_factorization", 0.8),
}

EVERY_STEP = 1
ONCE = 10**9  # Steps between two updates: the first step updates, and no other.
