"""Rules for the RFCs: what reviewers look for."""

from tfmot_technique_kit.readiness import common
from tfmot_technique_kit.readiness.gap import Gap

_COMMAND = "python -m tools.checks --submit"


def check_submission(project, component):
    """Finds what keeps an RFC from being submitted, beside what is to fill in."""
    # Imported late: it takes packages, and a manifest without mistakes.
    from tfmot_technique_kit.checks import rfcs

    told = {
        (gap.path, gap.line)
        for rule in (common.check_todos, common.check_sponsor, common.check_answers)
        for gap in rule(project, component)
    }
    paths = {file.path for file in component.files}
    checks = (rfcs.check_drafts, rfcs.check_submissions)
    problems = [problem for check in checks for problem in check(project.root)]
    return [
        Gap(problem.message, problem.path, problem.line, _COMMAND)
        for problem in problems
        if problem.path in paths and (problem.path, problem.line) not in told
    ]
