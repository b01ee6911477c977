"""Tests for the rules about RFCs."""

from tests.readiness import projects as test_projects
from tfmot_technique_kit.readiness import rfcs

_RFC = """# Proposal: some method

| Status | Draft |
| :-- | :-- |
| **Author** | A (@a) |
| **Sponsor** | TODO(some_method): who |

TODO(some_method): say why.
"""


def test_what_keeps_an_rfc_from_being_submitted(tmp_path) -> None:
    files = {"rfcs/proposal.md": _RFC, "rfcs/design.md": _RFC}
    parts = [
        test_projects.component(f"rfcs/{name}.md", name=name) for name in ("proposal", "design")
    ]
    made = test_projects.make(tmp_path, files, *parts)

    gaps = test_projects.check(rfcs.check_submission, made)

    assert {gap.path for gap in gaps} == {"rfcs/proposal.md"}
    messages = "\n".join(gap.message for gap in gaps)
    assert 'has no section "Motivation"' in messages
    assert "Status is 'Draft'" in messages
    # Other rules tell what is to fill in.
    assert not {gap.line for gap in gaps} & {6, 8}
