"""Proves that the technique works in a checkout that it has been put into."""

from tfmot_technique_kit.export.verify import building, pages, running, sources

# Name of a check, and a function of the Subject that returns a Result. Those
# that start processes are last.
CHECKS = (
    ("export", sources.check_current),
    ("other files", sources.check_other_files),
    ("names", sources.check_names),
    ("code", sources.check_code),
    ("imports", sources.check_imports),
    ("tests", sources.check_tests),
    ("packages", building.check_packages),
    ("api modules", building.check_api_modules),
    ("BUILD", building.check_targets),
    ("wheel", building.check_wheel),
    ("yaml", pages.check_yaml),
    ("titles", pages.check_titles),
    ("links", pages.check_links),
    ("notebooks", pages.check_notebooks),
    ("api", running.check_api),
    ("run tests", running.check_tests),
)


def run(subject, checks=CHECKS) -> int:
    """Runs the checks and prints what they find.

    Args:
        subject: The Subject.
        checks: Those to run, as CHECKS.

    Returns:
        The exit status: 1 if anything is wrong.
    """
    failed = 0
    for name, check in checks:
        result = check(subject)
        failed += bool(result.problems)
        mark = "FAILED" if result.problems else "ok"
        print(f"{mark:6} {name}: {result.summary}", flush=True)
        for problem in result.problems:
            print(f"         {problem}")
    print(f"{failed} of {len(checks)} checks failed." if failed else "All is well.")
    return 1 if failed else 0
