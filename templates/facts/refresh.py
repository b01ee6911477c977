"""Writes the facts of each kind, which fresh projects hold without running TensorFlow.

    python templates/facts/refresh.py

bakes a project of each kind into a temporary folder, runs its `tools.documents` with the
interpreter that runs this, which needs TensorFlow and the other packages of such a project,
and keeps the blocks in `<kind>.md` beside this file, with placeholders for the names.
`make facts` does it in an environment of its own.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_KINDS = ("weight_mask", "weight_projection", "activation", "layer_replacement")
_ENTRY = "prune_connections"  # of a project with default answers

_FACTS = """
import json
from tools.documents import facts
print(json.dumps(facts.render()))
"""


def main(cookiecutter: str) -> None:
    """Refreshes all kinds.

    Args:
        cookiecutter: The command that bakes projects.
    """
    for kind in _KINDS:
        with tempfile.TemporaryDirectory() as folder:
            bake = [cookiecutter, "--no-input", "--output-dir", folder, str(_HERE.parents[1])]
            subprocess.run([*bake, f"technique_kind={kind}"], check=True, stdout=subprocess.DEVNULL)
            [project] = Path(folder).iterdir()
            command = [sys.executable, "-c", _FACTS]
            shown = subprocess.run(
                command, cwd=project, check=True, stdout=subprocess.PIPE, text=True
            ).stdout
        blocks = json.loads(shown.splitlines()[-1])
        text = "".join(
            f"<% set {name} %>\n{block}\n<%- endset %>\n" for name, block in blocks.items()
        )
        text = text.replace(_ENTRY, "<<cookiecutter.__entry>>")
        (_HERE / f"{kind}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["cookiecutter"]))
