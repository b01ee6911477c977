"""Fills in the notebooks, checks all files, says what to do next.

Notebooks are copied as they are, not rendered as text: what Jinja would put into one
of their JSON strings would have to be escaped, and template and result would not be
the same kind of file. This hook renders them cell by cell instead.

It works offline, executes nothing that was rendered, changes nothing outside the project,
and may run again.
"""

import html
import importlib.util
import json
import os
import re
import shlex
import signal
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jinja2

Context = dict[str, Any]

# The hook before generation makes this file in a new folder.
INCOMPLETE = ".incomplete"

# Folders that a user may have made in the project before it is generated again.
_NOT_OURS = {"__pycache__", "build", "dist", "node_modules", "site-packages"}


class ProjectError(Exception):
    """Something is wrong with a generated file; the message names both."""


def fill_notebook(path: Path, context: Context) -> None:
    """Renders the placeholders in a notebook.

    The result is written the way TensorFlow's `nbfmt` wants it: format 4.0, cell ids
    in the metadata, sorted keys.

    Cells may import and include files of the template's folder `templates`. A cell of
    which nothing is left is dropped.

    Args:
        path: The notebook, changed in place.
        context: The answers and derived names; `_template_root` is the template's
            folder.

    Raises:
        ProjectError: If a placeholder cannot be rendered.
    """
    import nbformat

    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    code = _environment(context, str)
    prose = _environment(context, _escaped)
    notebook.metadata = _rendered(notebook.metadata, code, context)
    for number, cell in enumerate(notebook.cells, start=1):
        try:
            environment = code if cell.cell_type == "code" else prose
            cell.source = _rendered(cell.source, environment, context).strip("\n")
        except jinja2.TemplateError as error:
            raise ProjectError(f"{path.name}: cell {number}: {error}") from error
        cell_id = cell.pop("id", None)
        if cell_id:
            cell.metadata.setdefault("id", cell_id)
    notebook.cells = [cell for cell in notebook.cells if cell.source.strip()]
    notebook.nbformat_minor = 0
    content = json.loads(nbformat.writes(notebook, version=nbformat.NO_CONVERT))
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def check_project(root: Path, context: Context) -> None:
    """Checks that every generated file can be read as what it is.

    Raises:
        ProjectError: For the first file that cannot, or that has a placeholder left.
    """
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or other binary file
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # an invalid "\ " in a string
                if path.suffix != ".py" or not _is_copy(text, name, context):
                    _PARSERS.get(path.suffix, lambda *_: None)(text, name)
        except Exception as error:
            reason = " ".join(str(error).split())[:200]
            raise ProjectError(f"{name}: {reason}") from error
        left = _placeholder(context).search(_without_answers(text, context))
        if left:
            raise ProjectError(f"{name}: {left.group()} was not rendered")


def next_steps(context: Context, folder: str) -> str:
    """Returns what to do with the new project, as numbered lines."""
    package = context["__package"]
    return f"""
{context["technique_slug"]} is ready. Next:
  1. cd {shlex.quote(folder)}
  2. python3 -m venv .venv && .venv/bin/pip install -U pip && .venv/bin/pip install -e . --group dev
  3. .venv/bin/python -m pytest -n auto        # tests of the working baseline
  4. .venv/bin/python examples/digits_cnn.py   # train, strip, convert, compare
  5. Write your technique in {package}/keras/algorithm.py
  6. .venv/bin/technique sweep && .venv/bin/technique report
  7. .venv/bin/technique status                # what is left to do, step by step
"""


def main(context: Context, root: Path) -> int:
    """Runs the hook on the project in `root` and returns its exit status."""
    try:
        if importlib.util.find_spec("nbformat") is None:
            raise ProjectError("nbformat is missing; add it with: pip install nbformat")
        for path in _files(root):
            # One without placeholders is the user's, or has been filled before.
            if path.suffix == ".ipynb" and _placeholder(context).search(
                path.read_text(encoding="utf-8")
            ):
                fill_notebook(path, context)
        check_project(root, context)
        (root / INCOMPLETE).unlink(missing_ok=True)
    except (ProjectError, OSError) as error:
        print(f"ERROR: {error}", file=sys.stderr)
        return 1
    if not _is_update(context, root):
        try:
            print(next_steps(context, _shown_folder(root)), flush=True)
        except BrokenPipeError:  # nobody reads it; the project is complete all the same
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _is_copy(text: str, name: str, context: Context) -> bool:
    """Tells whether no answer is in a file, so that none can have broken it.

    It is the template's own then, all but the first line, which includes the licence.
    Most files are, and parsing them would take as long as all the rest.
    """
    delimiters = context["_jinja2_env_vars"]
    start, end = (delimiters[f"variable_{side}_string"] for side in ("start", "end"))
    folder = f"{start}cookiecutter.technique_slug{end}"
    source = Path(context.get("_template_root", ""), folder, name)
    try:
        _, _, body = source.read_text(encoding="utf-8").partition("\n")
    except OSError:
        return False
    return bool(body) and text.endswith(f"\n{body}")


def _placeholder(context: Context) -> re.Pattern[str]:
    """Returns what the beginning of a placeholder looks like.

    The delimiters come from the context: written here, they would be rendered.
    """
    delimiters = context["_jinja2_env_vars"]
    variable = re.escape(delimiters["variable_start_string"])
    return re.compile(
        rf"{variable}[^\n]*?\bcookiecutter\b|{re.escape(delimiters['block_start_string'])}"
    )


def _environment(context: Context, finalize: Callable[[Any], str]) -> jinja2.Environment:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        loader=jinja2.FileSystemLoader(Path(context.get("_template_root", ""), "templates")),
        finalize=finalize,
        **context["_jinja2_env_vars"],
    )
    environment.filters["jsonify"] = environment.filters["pystring"] = _pystring
    return environment


def _escaped(text: Any) -> str:
    """Escapes answers: they are no markup, and do not look like placeholders later.

    The template's own texts are marked with the filter `safe`.
    """
    return str(text) if hasattr(text, "__html__") else html.escape(str(text), quote=False)


def _pystring(text: str) -> str:
    """Returns a literal; the template's filters of these names do the same."""
    return re.sub("<(?=[#%<])", r"\\u003c", json.dumps(text, ensure_ascii=False))


def _rendered(value: Any, environment: jinja2.Environment, context: Context) -> Any:
    """Renders a text, or all texts in a notebook's metadata."""
    if isinstance(value, str):
        return environment.from_string(value).render(cookiecutter=context)
    if isinstance(value, dict):
        items = ((k, _rendered(v, environment, context)) for k, v in value.items())
        return type(value)(items)
    if isinstance(value, list):
        return [_rendered(item, environment, context) for item in value]
    return value


def _files(root: Path) -> Iterator[Path]:
    """Yields the project's files in a fixed order, without environments and caches."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(
            name
            for name in folders
            if name not in _NOT_OURS
            and (name == ".github" or not name.startswith("."))
            and not Path(folder, name, "pyvenv.cfg").exists()
        )
        yield from (Path(folder, name) for name in sorted(files))


def _without_answers(text: str, context: Context) -> str:
    """Takes out answers that look like placeholders; they are meant literally."""
    for key, answer in context.items():
        if isinstance(answer, str) and "<" in answer and not key.startswith("_"):
            for form in (answer, json.dumps(answer)[1:-1]):
                text = text.replace(form, "")
    return text


def _is_update(context: Context, root: Path) -> bool:
    """Tells whether cruft renders the project to compare it, out of sight."""
    by_cruft = "_output_dir" not in context
    return by_cruft and Path(tempfile.gettempdir()).resolve() in root.resolve().parents


def _shown_folder(root: Path) -> str:
    """Returns the project's folder as seen from the user's shell."""
    try:
        return str(root.resolve().relative_to(Path(os.environ["PWD"]).resolve()))
    except (KeyError, ValueError):
        return str(root)


def _parse_python(text: str, name: str) -> None:
    compile(text, name, "exec", dont_inherit=True)


def _parse_json(text: str, name: str) -> None:
    del name
    json.loads(text)


def _parse_toml(text: str, name: str) -> None:
    del name
    for module in ("tomllib", "tomli"):  # Python 3.10 may have neither
        if importlib.util.find_spec(module):
            importlib.import_module(module).loads(text)
            return


def _parse_yaml(text: str, name: str) -> None:
    del name
    if importlib.util.find_spec("yaml"):
        yaml = importlib.import_module("yaml")
        yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _parse_notebook(text: str, name: str) -> None:
    del name
    import nbformat

    nbformat.validate(json.loads(text))


_PARSERS: dict[str, Callable[[str, str], None]] = {
    ".py": _parse_python,
    ".json": _parse_json,
    ".toml": _parse_toml,
    ".yml": _parse_yaml,
    ".yaml": _parse_yaml,
    ".cff": _parse_yaml,
    ".ipynb": _parse_notebook,
}

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # no traceback: Cookiecutter says it
    CONTEXT = json.loads(
        r"""<<dict(cookiecutter, _template_root=template_root|default(''))|jsonify>>"""
    )
    sys.exit(main(CONTEXT, Path.cwd()))
