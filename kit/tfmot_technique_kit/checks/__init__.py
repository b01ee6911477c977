"""The checks of the documents, by name.

A check is a function of the project's folder, a `pathlib.Path`, that returns a
list of problems.
"""

from tfmot_technique_kit.checks import api, execution, links, notebooks, rendered, rfcs, spelling

CHECKS = {
    "api": api.check_docstrings,
    "examples": api.check_examples,
    "leftovers": spelling.check_leftovers,
    "links": links.check_links,
    "notebook-content": notebooks.check_content,
    "notebook-format": notebooks.check_format,
    "notebook-style": notebooks.check_style,
    "rendered": rendered.check_rendered,
    "rfcs": rfcs.check_drafts,
    "spelling": spelling.check_spelling,
}

# Those of `--submit`: drafts may fail them.
SUBMIT_CHECKS = {"rfcs-submit": rfcs.check_submissions}

# Those of `--execute`: they take minutes.
EXECUTE_CHECKS = {"notebook-execution": execution.check_execution}
