"""English word forms: from "ternarization" to ternarize, ternarized, ternarizable.

Rules cover the regular forms; the words they get wrong are listed in
`irregular`. All functions take and return lower-case ASCII words.
"""

import re

from tfmot_template_rules import irregular

# Noun ending -> verb ending. The first match wins, so longer endings come first.
_NOUN_ENDINGS = (
    ("ification", "ify"),
    ("ization", "ize"),
    ("isation", "ise"),
    ("osition", "ose"),
    ("uction", "uce"),
    ("ortion", "ort"),
    ("ertion", "ert"),
    ("ersion", "ert"),
    ("ation", "ate"),
    ("ition", "ite"),
    ("ution", "ute"),
    ("etion", "ete"),
    ("otion", "ote"),
    ("ction", "ct"),
    ("ption", "pt"),
    ("nsion", "nd"),
    ("ssion", "ss"),
    ("usion", "use"),
    ("ision", "ide"),
    ("asion", "ade"),
    ("osion", "ode"),
    ("ment", ""),
)

# A verb of several syllables with one of these endings lost no "e" before "-ing":
# clustering, flattening, partitioning, labeling, budgeting, limiting, factoring.
_NO_SILENT_E = ("er", "en", "on", "el", "et", "it", "ot", "or", "al", "om", "em", "op")

_UNCOUNTABLE_ENDINGS = re.compile(r"\w{2,}(?:ity|ness|ism|ware)")


def verb(noun: str) -> str | None:
    """Returns the verb of a process noun, or None if `noun` is no such noun.

    Args:
        noun: A word such as "pruning", "factorization" or "sparsity".
    """
    if noun in irregular.NO_PROCESS or is_object(noun):
        return None
    if noun in irregular.NOUN_TO_VERB:
        return irregular.NOUN_TO_VERB[noun]
    if noun in irregular.NOUN_IS_VERB:
        return noun
    for ending, replacement in _NOUN_ENDINGS:
        if noun.endswith(ending) and len(noun) > len(ending):
            return noun[: -len(ending)] + replacement
    stem = noun.removesuffix("ing")
    if stem != noun and re.search("[aeiouy]", stem):
        return _verb_of_gerund(stem)
    return None


def participle(base: str) -> str:
    """Returns the past participle of a verb: pruned, dropped, simplified, frozen."""
    if base in irregular.PARTICIPLES:
        return irregular.PARTICIPLES[base]
    if base.endswith("e"):
        return base + "d"
    if re.search("[^aeiou]y$", base):
        return base[:-1] + "ied"
    return _doubled(base) + "ed"


def able(base: str) -> str:
    """Returns the -able form of a verb: prunable, mergeable, droppable, simplifiable."""
    if base in irregular.ABLES:
        return irregular.ABLES[base]
    if base.endswith("e") and not base.endswith(("ce", "ge", "ee", "oe", "ye")):
        return base[:-1] + "able"
    if re.search("[^aeiou]y$", base):
        return base[:-1] + "iable"
    return _doubled(base) + "able"


def plural(noun: str) -> str:
    """Returns the plural; a noun without one, or in the plural, stays as it is."""
    if noun in irregular.PLURALS:
        return irregular.PLURALS[noun]
    if is_uncountable(noun) or noun in irregular.SINGULARS:
        return noun
    if noun.endswith("is"):
        return noun[:-2] + "es"
    if noun.endswith(("ss", "sh", "ch", "x", "z", "us")):
        return noun + "es"
    if noun.endswith("s"):
        return noun
    if re.search("[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + "s"


def singular(noun: str) -> str:
    """Returns the singular; a noun in the singular stays as it is."""
    if noun in irregular.SINGULARS:
        return irregular.SINGULARS[noun]
    if noun in irregular.PLURALS or is_uncountable(noun) or noun.endswith(("ss", "us", "is")):
        return noun
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    if noun.endswith(("sses", "shes", "ches", "xes", "zzes", "uses")):
        return noun[:-2]
    return noun.removesuffix("s")


def is_object(noun: str) -> bool:
    """Tells whether a noun, singular or plural, names what techniques work on."""
    return singular(noun) in irregular.OBJECTS


def is_preposition(word: str) -> bool:
    """Tells whether a word ends the part of a title that says what is done."""
    return word in irregular.PREPOSITIONS


def makes_a_sentence(word: str) -> bool:
    """Tells whether a title with this word is no noun with words before it."""
    return word in irregular.OF_SENTENCES


def is_uncountable(noun: str) -> bool:
    """Tells whether a noun has no plural that is in use."""
    return noun in irregular.UNCOUNTABLE or bool(_UNCOUNTABLE_ENDINGS.fullmatch(noun))


def with_article(phrase: str) -> str:
    """Returns the phrase with "a" or "an" before it."""
    vowel_sound = re.match(r"(?!eu|uni(?![nm])|us[aei]|uti|one)[aeiou]|honest|hour", phrase)
    return f"{'an' if vowel_sound else 'a'} {phrase}"


def _verb_of_gerund(stem: str) -> str:
    """Undoes what "-ing" did to a verb: dropp -> drop, slic -> slice."""
    if stem in irregular.GERUNDS:
        return irregular.GERUNDS[stem]
    if re.search(r"([^aeiou])\1$", stem):
        # "roll", "pass", "buff" and "buzz" are written so without "-ing" too.
        return stem if stem[-1] in "lsfz" else stem[:-1]
    return stem + "e" if _lost_e(stem) else stem


def _lost_e(stem: str) -> bool:
    """Tells whether a verb lost a final "e" before "-ing"."""
    if stem[-1] in "cvzu":
        return True
    if stem[-1] in "aeiowxy":
        return False
    stem = stem.replace("qu", "q")
    before, last = stem[-2:-1], stem[-1]
    if before not in "aeiouy":
        if last == "l":  # couple, sample; but curl, crawl
            return before not in "rw"
        # parse, condense, collapse; merge, bridge
        return last == "s" or stem.endswith(("dg", "rg"))
    if re.search("[aeiou]{2}.$", stem):  # reuse, release; but pool, train
        return last == "s" or stem.endswith(("uat", "iat"))
    if len(re.findall("[aeiouy]+", stem)) == 1:
        return True  # without the "e" the consonant would be doubled
    return stem.endswith("scal") or not stem.endswith(_NO_SILENT_E)


def _doubled(base: str) -> str:
    """Doubles the last consonant where an ending that starts with a vowel asks so."""
    short = re.fullmatch("[^aeiou]*[aeiou][^aeiouwxy]", base.replace("qu", "q"))
    return base + base[-1] if short or base in irregular.STRESSED_AT_END else base
