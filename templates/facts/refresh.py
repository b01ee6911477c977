"""Writes what fresh projects of each kind say of their code, without running it.

    python templates/facts/refresh.py

generates a project of each kind in a temporary folder, renders its documents with
`technique docs`, and keeps the blocks in `<kind>.md` beside this file, with placeholders for
the names. It takes the packages of the kit and of its group `dev`; `make facts` does it in an
environment of its own.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from cookiecutter.generate import generate_context
from cookiecutter.main import cookiecutter
from cookiecutter.prompt import prompt_for_config
from tfmot_technique_kit import blocks
from tfmot_technique_kit.documents.render import KIND
from tfmot_technique_kit.project import Project

_HERE = Path(__file__).resolve().parent
_ROOT = _HERE.parents[1]
_KINDS = sorted(path.stem for path in _HERE.glob("*.md"))

# Rendered from answers, not from code.
_ANSWERED = {"summary"}

# Words that nothing but a name has.
_ANSWERS = {
    "technique_name": "Qqname",
    "technique_slug": "qqslug_qqtwo",
    "verb": "qqverb",
    "verb_object": "qqobjects",
    "past_participle": "qqverbed",
    "level": "qqlevel_qqtwo",
}


def main() -> None:
    """Refreshes all kinds."""
    for kind in _KINDS:
        answers = {**_ANSWERS, "technique_kind": kind}
        with tempfile.TemporaryDirectory() as folder:
            options = {"no_input": True, "default_config": True, "output_dir": folder}
            project = Project(cookiecutter(str(_ROOT), extra_context=answers, **options))
            command = [sys.executable, "-m", "tfmot_technique_kit", "docs"]
            subprocess.run(command, cwd=project.root, check=True)
            found = _blocks(project)
        text = "".join(
            f"<% set {name} %>\n{block}\n<%- endset %>\n" for name, block in found.items()
        )
        (_HERE / f"{kind}.md").write_text(_with_placeholders(text, answers), encoding="utf-8")


def _blocks(project: Project) -> dict[str, str]:
    """Returns the rendered blocks of all documents by name."""
    documents = blocks.having(project.root, [file.path for file in project.manifest.files], KIND)
    return {
        name: "".join(lines).strip()
        for path, text in documents.items()
        for name, lines in blocks.split(path.name, text, KIND)
        if name and name not in _ANSWERED
    }


def _with_placeholders(text: str, answers: dict[str, str]) -> str:
    """Returns a text with placeholders for the names of a project."""
    sys.path.insert(0, str(_ROOT))  # with the template's extension of Jinja
    context = generate_context(str(_ROOT / "cookiecutter.json"), extra_context=answers)
    names = prompt_for_config(context, no_input=True)
    sys.path.remove(str(_ROOT))
    found = [(value, key) for key, value in names.items() if "qq" in str(value).lower()]
    # Longer ones first. Of equal ones the first is the form for code, such as `__able`.
    for value, key in sorted(found, key=lambda pair: -len(pair[0])):
        text = text.replace(value, f"<<cookiecutter.{key}>>")
    if "qq" in text.lower():
        raise ValueError(f"A name has no placeholder: {text[text.lower().index('qq') :][:60]}")
    return text


if __name__ == "__main__":
    main()
