"""The names that follow from the answers."""

import json
import keyword
import re

import pytest
import support

from tfmot_template_rules import names

# Name, then slug, entry, wrapper, layer interface without "Layer", participle.
DEFAULTS = """
Connection Pruning | connection_pruning | prune_connections | PruneConnections \
| ConnectionPrunable | pruned
Low-Rank Factorization | low_rank_factorization | factorize_low_rank | FactorizeLowRank \
| Factorizable | factorized
Weight Ternarization | weight_ternarization | ternarize_weights | TernarizeWeights \
| Ternarizable | ternarized
Activation Sparsity | activation_sparsity | sparsify_activations | SparsifyActivations \
| Sparsifiable | sparsified
Structured Channel Pruning | structured_channel_pruning | prune_channels | PruneChannels \
| ChannelPrunable | pruned
Weight Binarization | weight_binarization | binarize_weights | BinarizeWeights \
| Binarizable | binarized
Hashed Weight Sharing | hashed_weight_sharing | share_weights | ShareWeights \
| Sharable | weight-shared
Gradual Magnitude Slicing | gradual_magnitude_slicing | slice_magnitude | SliceMagnitude \
| Sliceable | sliced
Codebook Quantization | codebook_quantization | quantize_codebooks | QuantizeCodebooks \
| CodebookQuantizable | quantized
Head Merging | head_merging | merge_heads | MergeHeads | Mergeable | merged
Pruning | pruning | prune_weights | PruneWeights | WeightPrunable | pruned
Sparsity | sparsity | sparsify_weights | SparsifyWeights | Sparsifiable | sparsified
Clustering | clustering | cluster_weights | ClusterWeights | WeightClusterable | clustered
Distillation | distillation | distill_weights | DistillWeights | Distillable | distilled
Slicing | slicing | slice_weights | SliceWeights | Sliceable | sliced
Dropping | dropping | drop_weights | DropWeights | Droppable | dropped
Freezing | freezing | freeze_weights | FreezeWeights | Freezable | frozen
Gating | gating | gate_weights | GateWeights | Gatable | gated
Iterative Pruning | iterative_pruning | prune_weights | PruneWeights | WeightPrunable | pruned
Movement Pruning | movement_pruning | prune_movement | PruneMovement | MovementPrunable | pruned
N:M Pruning | n_m_pruning | prune_n_m | PruneNM | NMPrunable | pruned
SVD Factorization | svd_factorization | factorize_svd | FactorizeSvd | Factorizable | factorized
Top-K Sparsity | top_k_sparsity | sparsify_top_k | SparsifyTopK | Sparsifiable | sparsified
Bias Removal | bias_removal | remove_biases | RemoveBiases | Removable | removed
Lottery Ticket | lottery_ticket | apply_lottery_ticket | ApplyLotteryTicket \
| Applicable | applied
""".replace("\\\n", "")


def answer(name: str, kind: str = "weight_mask") -> dict[str, str]:
    """Returns all answers of somebody who types a name and takes every default."""
    answers = {"technique_name": name, "technique_kind": kind}
    for key in ("technique_slug", "verb", "verb_object", "past_participle"):
        answers[key] = names.suggest(answers, key)
    return answers


@pytest.mark.parametrize("line", DEFAULTS.strip().split("\n"))
def test_defaults_are_right(line):
    name, slug, entry, wrapper, able, participle = (part.strip() for part in line.split("|"))
    answers = answer(name)
    assert answers["technique_slug"] == slug
    assert names.derive(answers, "entry") == entry
    assert names.derive(answers, "wrapper") == wrapper
    assert names.derive(answers, "able_camel") == able
    assert answers["past_participle"] == participle


def test_every_derived_name():
    context = json.loads((support.ROOT / "cookiecutter.json").read_text())
    answers = answer("Connection Pruning")
    derived = {
        key: names.derive(answers, key.removeprefix("__"))
        for key, value in context.items()
        if "derive(" in value
    }
    assert derived == {
        "__package": "tfmot_connection_pruning",
        "__distribution": "tfmot-connection-pruning",
        "__title": "Connection pruning",
        "__title_words": "connection pruning",
        "__camel": "ConnectionPruning",
        "__entry": "prune_connections",
        "__to": "to_prune",
        "__wrapper": "PruneConnections",
        "__able": "connection_prunable",
        "__able_camel": "ConnectionPrunable",
        "__able_words": "connection-prunable",
        "__getter": "get_connection_prunable_weights",
        "__level": "sparsity",
        "__level_camel": "Sparsity",
        "__level_words": "sparsity",
        "__participle_article": "a pruned",
    }


@pytest.mark.parametrize(
    ("kind", "level", "camel", "words", "getter"),
    [
        ("weight_mask", "sparsity", "Sparsity", "sparsity", "get_gatable_weights"),
        ("weight_projection", "strength", "Strength", "strength", "get_gatable_weights"),
        ("activation", "sparsity", "Sparsity", "sparsity", "get_gatable_activations"),
        (
            "layer_replacement",
            "rank_reduction",
            "RankReduction",
            "rank reduction",
            "get_gatable_weights",
        ),
    ],
)
def test_kind_decides_level_and_getter(kind, level, camel, words, getter):
    answers = answer("Gating", kind)
    assert names.derive(answers, "level") == level
    assert names.derive(answers, "level_camel") == camel
    assert names.derive(answers, "level_words") == words
    assert names.derive(answers, "getter") == getter


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("Low-Rank Factorization", "Low-rank factorization"),
        ("N:M Pruning", "N:M pruning"),
        ("2:4 Sparsity", "2:4 sparsity"),
        ("Truncated SVD", "Truncated SVD"),
        ("Top-K Sparsity", "Top-K sparsity"),
        ("LoRA Merging", "LoRA merging"),
        ("connection pruning", "Connection pruning"),
        ("Lottery-Ticket (IMP) Pruning", "Lottery-ticket (IMP) pruning"),
        ("Élagage 剪枝", "Élagage 剪枝"),
        (r"Bob's " + r'"best" \ technique', "Bob’s best technique"),
        ("<b>*Bold*</b> {x} `y` Pruning 🎉", "B bold b x y pruning"),
        ("🎉", "Weight slicing"),
    ],
)
def test_title_is_in_sentence_case_and_safe(name, title):
    answers = {"technique_name": name, "technique_slug": "weight_slicing"}
    found = names.derive(answers, "title")
    assert found == title
    assert not re.search(r"""['"\\`{}<>*_$%#@|]""", found)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Low-Rank Factorization", "low-rank factorization"),
        ("N:M Pruning", "N:M pruning"),
        ("Top-K Sparsity", "top-K sparsity"),
        ("SVD Compression", "SVD compression"),
        ("LoRA Merging", "LoRA merging"),
        ("Élagage doux", "élagage doux"),
        ("Really Long-Winded Pruning!", "really long-winded pruning"),
    ],
)
def test_title_within_a_sentence(name, words):
    answers = {"technique_name": name, "technique_slug": "weight_slicing"}
    assert names.derive(answers, "title_words") == words


@pytest.mark.parametrize("name", [*support.TECHNIQUES, *support.CANARIES, "🎉", "剪枝"])
def test_names_for_code_are_identifiers(name):
    answers = {**answer(name), "technique_slug": "some_slug"}
    for key in ("package", "camel", "entry", "to", "wrapper", "able", "getter", "level"):
        found = names.derive(answers, key)
        assert found.isidentifier(), (key, found)
        assert found.isascii()
        assert not keyword.iskeyword(found)
