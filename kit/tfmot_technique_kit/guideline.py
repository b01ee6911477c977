"""The way of a technique into TFMOT, which is the same for all of them.

The steps are those of the guidelines for contributing a technique,
https://github.com/tensorflow/model-optimization/blob/master/CONTRIBUTING_TECHNIQUE.md.
The phases are pull requests, in the order in which TFMOT has taken techniques: code lands
before the API shows it, and pages before the navigation links them.
"""

from typing import NamedTuple

STEPS = {
    1: "Propose: why a user would use it",
    2: "Design: the API, and a prototype",
    3: "Move the code upstream",
    4: "Implement, with a script that reproduces the results",
    5: "Document",
    6: "Package and release",
    7: "Blog post",
}


class Phase(NamedTuple):
    """A pull request: '{title}' is the technique as in a sentence, '{api}' its public API."""

    name: str  # What code calls it.
    title: str  # That of the pull request, and of its commit.
    body: str  # What it brings, and what a reviewer has to know.
    checklist: tuple[str, ...]  # What has to be done before it is sent.


PHASES = {
    1: Phase(
        "proposal",
        "RFC: {title} proposal",
        "Proposes {title} as a technique: who needs it, what it gains, and who maintains it.",
        (
            "a sponsor from the TensorFlow Model Optimization team is named in the table",
            "the results have deployment metrics, not accuracy alone",
            "the comment period of two weeks and its end are in this text",
            "a mail to the developers list announces the RFC",
        ),
    ),
    2: Phase(
        "design",
        "RFC: {title} API design",
        "Describes the API of {title} and how it compares with the existing techniques.",
        (
            "the proposal is accepted, or discussed in parallel",
            "the API summary names every public symbol",
        ),
    ),
    3: Phase(
        "core",
        "Add {title}, not yet part of the API",
        "Adds the code of {title} with its tests and BUILD files. The public API does not show it "
        "yet.",
        ("the design RFC is accepted", "`technique export --verify CHECKOUT --tests all` is green"),
    ),
    4: Phase(
        "examples",
        "Add an example of {title}",
        "Adds a program that trains, strips and converts a model with {title}.",
        ("the example runs from the checkout",),
    ),
    5: Phase(
        "documents",
        "Add pages on {title}, not yet linked",
        "Adds the overview, the tutorial and what else there is to read. The navigation does not "
        "link them yet.",
        (
            "the notebooks run in Colab with a stable release of the toolkit",
            "the overview has results with deployment metrics",
        ),
    ),
    6: Phase(
        "api",
        "Add {api} to the public API",
        "Makes {title} part of the public API. This needs an API review.",
        ("the label api-review is set",),
    ),
    7: Phase(
        "launch",
        "Launch {title}: navigation, guide and release notes",
        "Links the pages, adds the maintainer to the table in README.md, and the notes of the "
        "release.",
        (
            "the API is in a release, or in the one that RELEASE.md prepares",
            "the API pages have been generated locally and looked at",
        ),
    ),
}
