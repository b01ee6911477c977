"""Names: what to suggest for a prompt, and what the generated files call things.

A technique's names follow from seven answers. `suggest` gives the default of a
prompt from the answers before it; `derive` gives every name that the generated
files use, each of them once, so that no file repeats a rule.
"""

import itertools
import re
from collections.abc import Mapping
from unicodedata import category

from slugify import slugify

from tfmot_template_rules import english

Answers = Mapping[str, str]

# What a technique does to a layer -> what a schedule controls, unless the answer says otherwise.
LEVELS = {
    "weight_mask": "sparsity",
    "weight_projection": "strength",
    "activation": "sparsity",
    "layer_replacement": "rank_reduction",
}

# TFMOT recognizes layers by the bare forms (`get_prunable_weights`), so a second
# technique with one of these verbs says what it prunes, clusters or quantizes.
_VERBS_OF_TFMOT = {"prune", "cluster", "quantize"}

# "A shared model" would be understood as a model that several people use.
_AMBIGUOUS_VERBS = {"share", "tie"}

# Where a name has no verb, such as "LoRA": optimize_with_lora, "an optimized model". Every
# technique optimizes models.
_PLAIN_VERB = "optimize"
_WITH = "with_"

_POLICIES = ("AllOf", "OnlyLayers", "SkipFirstAndLastLayers", "SkipUnsupportedLayers")
_WORD = re.compile(r"[^\W_]+(?:[-:/.'’][^\W_]+)*")


def suggest(answers: Answers, key: str) -> str:
    """Returns the default of a prompt.

    Args:
        answers: The answers given so far, by prompt.
        key: The prompt: technique_slug, verb, verb_object, past_participle or level.
    """
    return _SUGGESTIONS[key](answers)


def derive(answers: Answers, key: str) -> str:
    """Returns a derived name.

    Args:
        answers: All answers, by prompt.
        key: The name's key in cookiecutter.json, without the leading "__".
    """
    return _NAMES[key](answers)


def slug_of(text: str) -> str:
    """Returns the text as lower-case ASCII words with underscores between."""
    return slugify(text, separator="_")


def camel(snake: str) -> str:
    """Returns a snake_case name in CamelCase."""
    return "".join(word.capitalize() for word in snake.split("_"))


def entry(answers: Answers) -> str:
    """Returns the entry function's name, which is its module's name too."""
    return f"{answers['verb']}_{answers['verb_object']}"


def constant(answers: Answers) -> str:
    """Returns the name of the schedule that keeps one level."""
    return f"Constant{camel(answers['level'])}"


def taken_names(answers: Answers) -> dict[str, str]:
    """Returns the public names that no later answer may repeat."""
    slug, able = answers["technique_slug"], _able(answers)
    classes = ["Schedule", "Policy", "Registry", "Algorithm", "Summaries", "Report"]
    return {
        f"strip_{slug}": "the function that strips",
        f"report_{slug}": "the function that reports",
        f"{slug}_scope": "the scope",
        f"collect_{able}_layers": "the function that collects layers",
        _getter(answers): "the layer interface's getter",
        **{camel(slug) + role: f"the class {camel(slug)}{role}" for role in classes},
        f"Update{camel(slug)}Step": "the callback",
        f"{camel(able)}Layer": "the layer interface",
        "PolynomialDecay": "a schedule",
        **dict.fromkeys(_POLICIES, "a policy"),
    }


def _suggest_slug(answers: Answers) -> str:
    return slug_of(answers["technique_name"])


def _suggest_verb(answers: Answers) -> str:
    return _found_verb(answers) or _PLAIN_VERB


def _suggest_object(answers: Answers) -> str:
    fallback = "activations" if answers["technique_kind"] == "activation" else "weights"
    if _found_verb(answers) is None:
        what = _WITH + answers["technique_slug"]
    else:
        before = [slug_of(word) for word in _words(answers)[:-1]]
        known = [word for word in before if english.is_object(word)]
        what = english.plural(known[-1]) if known else fallback
    usable = re.fullmatch("[a-z][a-z0-9_]{0,29}", what)
    return what if usable else fallback


def _found_verb(answers: Answers) -> str | None:
    """Returns the verb in the name: its last word names a process, as in "Weight Slicing"."""
    words = _words(answers)
    verb = english.verb(words[-1].lower()) if words else None
    return verb if verb and re.fullmatch("[a-z]{2,20}", verb) else None


def _suggest_participle(answers: Answers) -> str:
    participle = english.participle(answers["verb"])
    if answers["verb"] in _AMBIGUOUS_VERBS:
        return f"{_singular_object(answers).replace('_', '-')}-{participle}"
    return participle


def _words(answers: Answers) -> list[str]:
    """Returns the words that may name what is done, in ASCII; "Low-Rank" is one word.

    In "Filter Pruning via Geometric Median" that is what stands before "via". A sentence, such
    as "Sharing Is Caring", has none.
    """
    found = _WORD.findall(answers["technique_name"])
    words = [word if word.isascii() else slug_of(word) for word in found]
    if any(english.makes_a_sentence(word.lower()) for word in words):
        return []
    return list(itertools.takewhile(lambda word: not english.is_preposition(word.lower()), words))


def _singular_object(answers: Answers) -> str:
    *before, last = answers["verb_object"].split("_")
    return "_".join([*before, english.singular(last)])


def _title(answers: Answers) -> str:
    """Returns the name in sentence case, safe inside quotes, docstrings and prose."""
    name = answers["technique_name"].replace("'", "’")
    kept = (c if c in "&+,.:;!?’()-" or category(c)[0] in "LMN" else " " for c in name)
    text = " ".join("".join(kept).split()) or answers["technique_slug"].replace("_", " ")
    # Acronyms, one-letter words and capitals inside a word mean something: "SVD",
    # "N:M", "Top-K", "LoRA". Only "Rank" in "Low-Rank" is a matter of style.
    lowered = re.sub(r"(?<![^\W_])[^\W\d_]{2,}", lambda m: _decapitalized(m.group()), text)
    first = re.match(r"\W*\w+", text)
    lead = first.group() if first else ""
    return (lead.capitalize() if lead.islower() else lead) + lowered[len(lead) :]


def _title_words(answers: Answers) -> str:
    """Returns the title as it stands within a sentence."""
    title = _title(answers).rstrip(".,:;!?")
    return re.sub(r"[^\W\d_]{2,}", lambda m: _decapitalized(m.group()), title, count=1)


def _decapitalized(word: str) -> str:
    return word.lower() if word.istitle() else word


def _able(answers: Answers) -> str:
    able = english.able(answers["verb"])
    if answers["verb_object"].startswith(_WITH):
        # Techniques with one verb must not take layers for each other's.
        return f"{answers['verb_object'].removeprefix(_WITH)}_{able}"
    if answers["verb"] in _VERBS_OF_TFMOT:
        return f"{_singular_object(answers)}_{able}"
    return able


def _getter(answers: Answers) -> str:
    of = "activations" if answers["technique_kind"] == "activation" else "weights"
    return f"get_{_able(answers)}_{of}"


_SUGGESTIONS = {
    "technique_slug": _suggest_slug,
    "verb": _suggest_verb,
    "verb_object": _suggest_object,
    "past_participle": _suggest_participle,
    "level": lambda a: LEVELS[a["technique_kind"]],
}

_NAMES = {
    "package": lambda a: f"tfmot_{a['technique_slug']}",
    "distribution": lambda a: f"tfmot-{a['technique_slug']}".replace("_", "-"),
    "title": _title,
    "title_words": _title_words,
    "camel": lambda a: camel(a["technique_slug"]),
    "entry": entry,
    "to": lambda a: f"to_{a['verb']}",
    "wrapper": lambda a: camel(entry(a)),
    "able": _able,
    "able_camel": lambda a: camel(_able(a)),
    "able_words": lambda a: _able(a).replace("_", "-"),
    "getter": _getter,
    "level_camel": lambda a: camel(a["level"]),
    "level_words": lambda a: a["level"].replace("_", " "),
    "participle_article": lambda a: english.with_article(a["past_participle"]),
}
