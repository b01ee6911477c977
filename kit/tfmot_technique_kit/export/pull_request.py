"""The text of a pull request."""

import textwrap

from tfmot_technique_kit.export import names as names_lib

_CLA = (
    "all commits have one author, who has signed the [contributor license "
    "agreement](https://cla.developers.google.com/)"
)

# What every pull request to TFMOT needs, beside what its phase adds.
_ALWAYS = (
    _CLA,
    "an issue or a sponsor on the side of the toolkit is linked here",
    "the branch is rebased on master and has this one commit",
)


def text(contribution, phase):
    """Returns the text of the pull request of a phase, in Markdown.

    Args:
        contribution: The Manifest.
        phase: The Phase.
    """
    technique = contribution.technique
    before = [p for p in contribution.phases if p.number < phase.number]
    order = (
        f"Part {phase.number} of {len(contribution.phases)}, after "
        f'"{fill(before[-1].title, contribution)}".'
        if before
        else f"The first of {len(contribution.phases)} parts."
    )
    boxes = [f"*   [ ] {fill(item, contribution)}" for item in (*_ALWAYS, *phase.checklist)]
    return "\n".join(
        [
            f"# {fill(phase.title, contribution)}",
            "",
            *textwrap.wrap(fill(phase.body, contribution), 80),
            "",
            *textwrap.wrap(
                f"{order} The technique is developed and released at {technique.repository}.",
                80,
                break_on_hyphens=False,
                break_long_words=False,
            ),
            "",
            "Before this is sent:",
            "",
            *boxes,
            "",
        ]
    )


def fill(template, contribution):
    """Returns a text of the manifest with the technique's names in it."""
    names = names_lib.Names.of(contribution)
    text = template.replace("{title}", names.title_inside)
    return text.replace("{api}", names.public)
