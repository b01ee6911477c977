"""Edits that make the code of the technique part of TFMOT.

Each takes the Lines of a file, which it changes, and the Facts.
"""

import re

from tfmot_technique_kit.export import lines as lines_lib

_API_IMPORT = "from tensorflow_model_optimization.python.core.api import "


def core_build(lines, facts) -> None:
    """BUILD of the core: without this line, the code is not in the wheel."""
    folder = facts.names.core.rpartition("/")[0]
    lines.drop(rf' *"//{folder}",.*')
    start = lines.find(r' *name = "core",', 'the target "core"')
    start = lines.find(r" *deps = \[", 'the deps of the target "core"', start)
    end = lines.find(r" *\],", 'the end of the deps of "core"', start)
    places = lines.all(r' *"//.*', start, end)
    if not places:
        lines.find(r' *"//.*', 'dependencies of the target "core"', start, end)
    line = f'        "//{folder}",  # buildcleaner: keep'
    lines_lib.insert_sorted(lines, line, places, lambda text: text.split('"')[1])


def api_init(lines, facts) -> None:
    """The modules of the API; without it, `tfmot.<slug>` does not exist."""
    line = f"{_API_IMPORT}{facts.names.slug}"
    lines.drop(re.escape(line))
    pattern = rf"{re.escape(_API_IMPORT)}\w+"
    lines.find(pattern, f'lines like "{_API_IMPORT}sparsity"')
    lines_lib.insert_sorted(lines, line, lines.all(pattern), lambda text: text)


def api_build(lines, facts) -> None:
    """BUILD of the API: its modules as sources, the code's as dependencies."""
    slug, core = facts.names.slug, facts.names.core
    lines.drop(rf' *("{slug}/.*|"//{core}:.*)')
    name = lines.find(r' *name = "api",', 'the target "api"')
    for attribute, wanted in (
        ("srcs", (f'"{slug}/__init__.py",', f'"{slug}/keras/__init__.py",')),
        ("deps", [f'"//{core}:{module}",' for module in facts.api_modules]),
    ):
        where = f'the {attribute} of the target "api"'
        start = lines.find(rf" *{attribute} = \[", where, name)
        for text in wanted:
            end = lines.find(r" *\],", f"the end of {where}", start)
            lines.find(r' *".*', where, start, end)
            places = lines.all(r' *".*', start, end)
            lines_lib.insert_sorted(
                lines, f"        {text}", places, lambda line: line.split('"')[1]
            )


def labeler(lines, facts) -> None:
    """Labels for pull requests that touch the technique."""
    own = f"technique:{facts.names.slug}:"
    lines_lib.drop_block(lines, re.escape(own), r"- .*")
    heads = lines.all(r"technique:.*:")
    lines.find(r"technique:.*:", 'a block like "technique:clustering:"')
    block = [own, *(f"- {folder}/**/*" for folder in facts.folders)]
    later = [i for i in heads if lines.lines[i] > own]
    if later:
        lines.insert(later[0], *block, "")
    else:
        index = heads[-1]
        while index < len(lines.lines) and lines.lines[index].strip():
            index += 1
        lines.insert(index, "", *block)
