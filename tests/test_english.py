"""The English word forms."""

import pytest

from tfmot_template_rules import english

VERBS = """
pruning prune pruned prunable
quantization quantize quantized quantizable
clustering cluster clustered clusterable
sparsity sparsify sparsified sparsifiable
sparsification sparsify sparsified sparsifiable
factorization factorize factorized factorizable
decomposition decompose decomposed decomposable
distillation distill distilled distillable
sharing share shared sharable
slicing slice sliced sliceable
merging merge merged mergeable
dropping drop dropped droppable
mapping map mapped mappable
splitting split split splittable
freezing freeze frozen freezable
gating gate gated gatable
skipping skip skipped skippable
masking mask masked maskable
hashing hash hashed hashable
tying tie tied tieable
rounding round rounded roundable
pooling pool pooled poolable
scaling scale scaled scalable
rescaling rescale rescaled rescalable
coding code coded codable
encoding encode encoded encodable
computing compute computed computable
thresholding threshold thresholded thresholdable
bucketing bucket bucketed bucketable
labeling label labeled labelable
unrolling unroll unrolled unrollable
bypassing bypass bypassed bypassable
adding add added addable
averaging average averaged averageable
sampling sample sampled samplable
routing route routed routable
caching cache cached cacheable
zeroing zero zeroed zeroable
mixing mix mixed mixable
rewinding rewind rewound rewindable
growth grow grown growable
removal remove removed removable
replacement replace replaced replaceable
alignment align aligned alignable
compression compress compressed compressible
reduction reduce reduced reducible
selection select selected selectable
fusion fuse fused fusible
expansion expand expanded expandable
conversion convert converted convertible
division divide divided divisible
insertion insert inserted insertable
deletion delete deleted deletable
substitution substitute substituted substitutable
truncation truncate truncated truncatable
adaptation adapt adapted adaptable
simplification simplify simplified simplifiable
optimisation optimise optimised optimisable
dropout drop dropped droppable
search search searched searchable
"""


@pytest.mark.parametrize("line", VERBS.split("\n")[1:-1])
def test_verb_participle_able(line):
    noun, verb, participle, able = line.split()
    assert english.verb(noun) == verb
    assert english.participle(verb) == participle
    assert english.able(verb) == able


@pytest.mark.parametrize(
    "word", ["ticket", "lora", "string", "king", "network", "precision", "activation", "x", ""]
)
def test_no_process_noun(word):
    assert english.verb(word) is None


PLURALS = """
connection:connections weight:weights bias:biases matrix:matrices entry:entries class:classes
loss:losses box:boxes analysis:analyses axis:axes layer:layers branch:branches cache:caches
size:sizes status:statuses index:indices
knowledge:knowledge sparsity:sparsity magnitude:magnitude
"""


@pytest.mark.parametrize("pair", PLURALS.split())
def test_plural_and_singular(pair):
    singular, plural = pair.split(":")
    assert english.plural(singular) == plural
    assert english.plural(plural) == plural
    assert english.singular(plural) == singular
    assert english.singular(singular) == singular


@pytest.mark.parametrize(
    "phrase",
    ["a pruned", "an ordered", "a unified", "a used", "an updated", "an unwrapped"],
)
def test_article(phrase):
    assert english.with_article(phrase.split()[1]) == phrase


def test_what_techniques_work_on_and_what_they_do_it_by():
    objects = ["embedding", "kernel", "channels", "heads", "biases", "weight"]
    assert all(map(english.is_object, objects))
    by = ["gradual", "codebook", "magnitude", "quantile", "n_m", "knowledge_guided", "soft"]
    assert not any(map(english.is_object, by))
