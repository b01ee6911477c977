"""The names that follow from the answers."""

import json
import keyword
import re

import pytest
import support

from tfmot_template_rules import answers as rules
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
Gradual Magnitude Slicing | gradual_magnitude_slicing | slice_weights | SliceWeights \
| Sliceable | sliced
Codebook Quantization | codebook_quantization | quantize_weights | QuantizeWeights \
| WeightQuantizable | quantized
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
N:M Pruning | n_m_pruning | prune_weights | PruneWeights | WeightPrunable | pruned
SVD Factorization | svd_factorization | factorize_weights | FactorizeWeights \
| Factorizable | factorized
Top-K Sparsity | top_k_sparsity | sparsify_weights | SparsifyWeights | Sparsifiable | sparsified
Bias Removal | bias_removal | remove_biases | RemoveBiases | Removable | removed
Lottery Ticket | lottery_ticket | optimize_with_lottery_ticket | OptimizeWithLotteryTicket \
| LotteryTicketOptimizable | optimized
""".replace("\\\n", "")

# Names from the literature, each with the entry, the participle and the layer interface without
# "Layer". Read them aloud: "optimize with LoRA", "an optimized model", "a LoRA-optimizable layer".
LITERATURE = """
AWQ | optimize_with_awq | optimized | AwqOptimizable
Bias Correction | correct_biases | corrected | Correctable
BinaryConnect | optimize_with_binaryconnect | optimized | BinaryconnectOptimizable
CP Decomposition | decompose_weights | decomposed | Decomposable
Deep Compression | compress_weights | compressed | Compressible
DoReFa | optimize_with_dorefa | optimized | DorefaOptimizable
Dynamic Network Surgery | optimize_with_dynamic_network_surgery | optimized \
| DynamicNetworkSurgeryOptimizable
Early Exit | optimize_with_early_exit | optimized | EarlyExitOptimizable
Filter Pruning via Geometric Median | prune_filters | pruned | FilterPrunable
GPTQ | optimize_with_gptq | optimized | GptqOptimizable
GraSP | optimize_with_grasp | optimized | GraspOptimizable
Group Lasso | optimize_with_group_lasso | optimized | GroupLassoOptimizable
HAWQ | optimize_with_hawq | optimized | HawqOptimizable
Knowledge Distillation | distill_knowledge | distilled | Distillable
Knowledge-Guided Slicing | slice_weights | sliced | Sliceable
Learned Step Size Quantization | quantize_weights | quantized | WeightQuantizable
Learning Both Weights and Connections | optimize_weights | optimized | Optimizable
LoRA | optimize_with_lora | optimized | LoraOptimizable
LSQ | optimize_with_lsq | optimized | LsqOptimizable
Mixed Precision | optimize_with_mixed_precision | optimized | MixedPrecisionOptimizable
Movement Pruning | prune_weights | pruned | WeightPrunable
Network Slimming | slim_weights | slimmed | Slimmable
Optimal Brain Damage | optimize_with_optimal_brain_damage | optimized \
| OptimalBrainDamageOptimizable
Outlier Suppression | suppress_outliers | suppressed | Suppressible
PACT | optimize_with_pact | optimized | PactOptimizable
Parameterized Clipping Activation | optimize_weights | optimized | Optimizable
Product Quantization | quantize_weights | quantized | WeightQuantizable
Pruning and Quantization | optimize_with_pruning_and_quantization | optimized \
| PruningAndQuantizationOptimizable
Quantile Clipping | clip_weights | clipped | Clippable
RigL | optimize_with_rigl | optimized | RiglOptimizable
Sharing Is Caring | optimize_with_sharing_is_caring | optimized | SharingIsCaringOptimizable
SmoothQuant | optimize_with_smoothquant | optimized | SmoothquantOptimizable
SNIP | optimize_with_snip | optimized | SnipOptimizable
SparseGPT | optimize_with_sparsegpt | optimized | SparsegptOptimizable
Tensor-Train Decomposition | decompose_weights | decomposed | Decomposable
Token Merging | merge_tokens | merged | Mergeable
Tucker Decomposition | decompose_weights | decomposed | Decomposable
Wanda | optimize_with_wanda | optimized | WandaOptimizable
Weight Normalization | normalize_weights | normalized | Normalizable
XNOR-Net | optimize_with_xnor_net | optimized | XnorNetOptimizable
""".replace("\\\n", "")


def answer(name: str, kind: str = "weight_mask") -> dict[str, str]:
    """Returns all answers of somebody who types a name and takes every default."""
    answers = {"technique_name": name, "technique_kind": kind}
    for key in ("technique_slug", "verb", "verb_object", "past_participle", "level"):
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


@pytest.mark.parametrize("line", LITERATURE.strip().split("\n"))
def test_suggestions_for_names_from_the_literature(line):
    name, entry, participle, able = (part.strip() for part in line.split("|"))
    answers = answer(name)
    assert names.derive(answers, "entry") == entry
    assert answers["past_participle"] == participle
    assert names.derive(answers, "able_camel") == able
    for key in ("technique_slug", "verb", "verb_object", "past_participle", "level"):
        assert rules.find_problem(key, answers[key], answers) is None


def test_activations_are_what_an_activation_technique_works_on():
    assert names.entry(answer("Quantile Clipping", "activation")) == "clip_activations"


def test_what_techniques_are_optimized_with_keeps_their_layers_apart():
    answers = {**answer("GPTQ"), "verb": "compress", "past_participle": "compressed"}
    assert names.derive(answers, "getter") == "get_gptq_compressible_weights"


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
def test_kind_suggests_level_and_decides_getter(kind, level, camel, words, getter):
    answers = answer("Gating", kind)
    assert answers["level"] == level
    assert names.derive(answers, "level_camel") == camel
    assert names.derive(answers, "level_words") == words
    assert names.derive(answers, "getter") == getter


def test_level_is_an_answer():
    answers = {**answer("Head Merging", "layer_replacement"), "level": "head_reduction"}
    assert names.derive(answers, "level_camel") == "HeadReduction"
    assert names.derive(answers, "level_words") == "head reduction"
    assert names.constant(answers) == "ConstantHeadReduction"


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
    for key in ("package", "camel", "entry", "to", "wrapper", "able", "getter", "level_camel"):
        found = names.derive(answers, key)
        assert found.isidentifier(), (key, found)
        assert found.isascii()
        assert not keyword.iskeyword(found)
