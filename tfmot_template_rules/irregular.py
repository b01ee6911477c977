"""The words that the rules in `english` get wrong, as data."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


NOUN_TO_VERB = _pairs("""
    ablation:ablate acquisition:acquire adaptation:adapt adaption:adapt
    addition:add admission:admit annotation:annotate application:apply
    augmentation:augment combination:combine
    compensation:compensate competition:compete computation:compute
    condensation:condense configuration:configure construction:construct
    deconvolution:deconvolve deduplication:deduplicate
    definition:define deformation:deform dispersion:disperse
    distillation:distill dropout:drop evolution:evolve exclusion:exclude
    exploration:explore fixation:fix fragmentation:fragment growth:grow
    implementation:implement inclusion:include information:inform
    limitation:limit linearity:linearize multiplication:multiply
    observation:observe occlusion:occlude omission:omit
    permission:permit permutation:permute perturbation:perturb
    precipitation:precipitate preparation:prepare presentation:present
    preservation:preserve prevention:prevent recognition:recognize
    recombination:recombine relaxation:relax removal:remove
    repetition:repeat representation:represent reservation:reserve
    resolution:resolve restoration:restore retention:retain
    retrieval:retrieve reversal:reverse revision:revise
    segmentation:segment separation:separate shrinkage:shrink
    sparsity:sparsify submission:submit supervision:supervise
    synthesis:synthesize transformation:transform transmission:transmit
    variation:vary
""")

# Nouns that are written like their verb.
NOUN_IS_VERB = _words("""
    cache cut decay drop experiment freeze gate hash mask merge mix partition
    prune reuse rewind search share shift skip slice split swap transfer
    transition update
""")

# What is left of a verb before "-ing": the verb.
GERUNDS = _pairs("""
    add:add arrang:arrange bath:bathe bias:bias breath:breathe cach:cache
    cancell:cancel challeng:challenge chang:change channell:channel
    combat:combat compell:compel compet:compete complet:complete
    controll:control creat:create delet:delete denot:denote dy:die echo:echo
    egg:egg err:err exchang:exchange excit:excite explor:explore
    focus:focus ignit:ignite ignor:ignore interfer:interfere invit:invite
    labell:label levell:level ly:lie margin:margin modell:model odd:odd
    overwrit:overwrite past:paste plung:plunge postpon:postpone promot:promote
    propell:propel quiz:quiz rang:range rearrang:rearrange reconfigur:reconfigure
    restor:restore rewrit:rewrite rout:route rerout:reroute
    signall:signal switch:switch ty:tie unit:unite unty:untie
    catalog:catalog mimick:mimic hybrid:hybrid method:method format:format
""")

PARTICIPLES = _pairs("""
    begin:begun bend:bent bind:bound break:broken build:built
    catch:caught choose:chosen cut:cut deal:dealt draw:drawn feed:fed find:found
    forget:forgotten freeze:frozen get:gotten give:given grow:grown hide:hidden
    hold:held keep:kept know:known lay:laid lead:led leave:left lose:lost
    make:made mimic:mimicked offset:offset overwrite:overwritten put:put
    rebind:rebound rebuild:rebuilt redraw:redrawn reset:reset rewind:rewound
    rewrite:rewritten ride:ridden run:run seek:sought send:sent set:set
    shake:shaken shed:shed show:shown shrink:shrunk shut:shut sink:sunk slide:slid
    speed:sped spin:spun split:split spread:spread stick:stuck sweep:swept
    swing:swung take:taken teach:taught tear:torn throw:thrown unbind:unbound
    unfreeze:unfrozen unwind:unwound weave:woven win:won wind:wound
    write:written
""")

ABLES = _pairs("""
    apply:applicable approximate:approximable cache:cacheable
    compress:compressible convert:convertible decompress:decompressible
    divide:divisible eliminate:eliminable evaluate:evaluable fuse:fusible
    invert:invertible mimic:mimickable multiply:multipliable reduce:reducible
    separate:separable suppress:suppressible tie:tieable
""")

# Verbs of several syllables that double their last consonant.
STRESSED_AT_END = _words("""
    admit begin commit compel control debug defer embed excel forget infer omit
    outfit overlap overfit permit prefer propel recur refer remap reset rewrap
    submit subset transfer transmit underfit unmap unpin unwrap unzip
""")

PLURALS = _pairs("""
    axis:axes basis:bases bias:biases criterion:criteria gas:gases half:halves
    index:indices lens:lenses matrix:matrices quiz:quizzes vertex:vertices
""")

SINGULARS = {plural: word for word, plural in PLURALS.items()} | _pairs("""
    aches:ache analyses:analysis buses:bus caches:cache causes:cause
    clauses:clause fuses:fuse houses:house leaves:leaf means:means
    niches:niche pauses:pause reuses:reuse series:series uses:use
""")

UNCOUNTABLE = _words("""
    attention bandwidth bitwidth compute consistency curvature data decay depth
    efficiency energy entropy frequency hessian importance inference
    information knowledge latency learning lottery low_rank magnitude means memory
    momentum movement noise precision rank redundancy resolution saliency
    series throughput training variance width
""")

# Nouns with the endings of process nouns that name none.
NO_PROCESS = _words("""
    condition dimension element equation fraction function moment motion option
    position precision ring section segment solution tension version vision
""")

# What techniques work on. All else before a process noun says how they do it: "Codebook
# Quantization" quantizes no codebooks. "Low-Rank" is as in TFMOT's `prune_low_magnitude`.
OBJECTS = _words("""
    activation architecture attention bias block branch cache channel column
    connection convolution edge embedding error expert feature filter gradient
    group head kernel knowledge layer low_rank matrix neuron node outlier parameter
    path residual row synapse tensor token unit weight
""")

# What comes after one of these says how, or of what.
PREPOSITIONS = _words("""
    at by for from in of on over through to toward towards under using via with
    without
""")

OF_SENTENCES = _words("""
    and are be can do does how is it makes need not or should us we what when why
    you your
""")
