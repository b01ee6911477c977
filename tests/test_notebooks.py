"""A generated project's notebooks: their form, their outline, and what they show."""

import json
import re
from pathlib import Path

import nbformat
import support

from tfmot_technique_kit import manifest

EXAMPLE = """
# {title} in Keras example
## Overview
### Other pages
### Summary
## Setup
## Train a model for MNIST without {words}
## Fine-tune the pre-trained model with {words}
### Define the model
### Train and evaluate the model against baseline
### See what the technique did
## {deployed}
## Create a smaller model by combining {words} with post-training quantization
## See the persistence of accuracy from TF to TFLite
## Conclusion
"""
GUIDE = """
# {title} comprehensive guide
## Overview
## Setup
## Define model
### Wrap a whole model (Sequential and Functional)
### Wrap some layers
### Choose layers with policies
### See which layers are supported
### Wrap a custom layer
### Build a model from wrapped layers
## Choose a schedule
## Train model
### Model.fit
### See what the technique did
### Look into the wrapped layers
### Custom training loop
### Train on several devices
### Improve model accuracy
## Checkpoint and deserialize
## Deploy model
### Export model with size compression
### Hardware and deployment
## Use an algorithm of your own
## Common mistakes
"""


def notebooks(project: Path) -> list[Path]:
    """Returns a project's notebooks."""
    return sorted(project.rglob("*.ipynb"))


def text_of(path: Path, cell_type: str) -> str:
    """Returns the text of all of a notebook's cells of one type."""
    cells = nbformat.read(path, nbformat.NO_CONVERT).cells
    return "\n\n".join(cell.source for cell in cells if cell.cell_type == cell_type)


def test_stored_as_tensorflow_org_wants_it(named_project):
    for path in notebooks(named_project):
        text = path.read_text(encoding="utf-8")
        content = json.loads(text)
        nbformat.validate(content)
        assert (content["nbformat"], content["nbformat_minor"]) == (4, 0)
        assert content["metadata"]["colab"]["name"] == path.name
        assert content["metadata"]["accelerator"] == "GPU"
        assert text == json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
        ids = [cell["metadata"]["id"] for cell in content["cells"]]
        assert len(set(ids)) == len(ids)


def test_code_cells_compile_and_have_no_output(named_project):
    for path in notebooks(named_project):
        for cell in nbformat.read(path, nbformat.NO_CONVERT).cells:
            if cell.cell_type == "code":
                assert cell.outputs == []
                assert cell.execution_count is None
                # Lines for the shell and for IPython are no Python.
                source = re.sub(r"^( *)[!%].*$", r"\1pass", cell.source, flags=re.MULTILINE)
                compile(source, str(path), "exec")


def test_the_template_s_notebooks_open_unrendered(project):
    found = notebooks(support.TEMPLATE)
    assert len(found) == len(notebooks(project)) > 0
    for path in found:
        nbformat.validate(json.loads(path.read_text(encoding="utf-8")))


def test_links_lead_into_the_author_s_repository(project):
    technique = manifest.load(project).technique
    for path in notebooks(project):
        name = path.relative_to(project).as_posix()
        colab = technique.address_of(name).replace("github.com", "colab.research.google.com/github")
        text = text_of(path, "markdown")
        assert re.findall(r'href="(.*?)"', text) == [
            colab,
            technique.address_of(name),
            technique.address_of(name, "raw"),
        ]
        links = re.findall(r"\]\((.*?)\)", text)
        own = [there for link in links if (there := technique.file_at(link))]
        assert len(own) >= 3
        assert all((project / there.partition("#")[0]).is_file() for there in own)
        # Others would not work in Colab.
        assert all(link.startswith("https://") for link in links)


def test_the_first_cell_says_which_keras_and_nothing_else_does(project):
    setup = []
    for path in notebooks(project):
        cells = nbformat.read(path, nbformat.NO_CONVERT).cells
        _, first, *others = (cell.source for cell in cells if cell.cell_type == "code")
        assert "# Keras 3. For Keras 2, " in first
        assert "\nimport keras\n" in first
        assert not re.search(r"^ *(import|from) .*keras$", "\n".join(others), re.MULTILINE)
        setup.append(first)
    assert len(set(setup)) == 1


def test_tensorboard_shows_what_the_technique_does(project):
    for path in notebooks(project):
        code = text_of(path, "code")
        # Loading runs in tests, too; the board itself is a server for readers.
        for line in (
            "^%load_ext tensorboard$",
            r"^ *technique\.ConnectionPruningSummaries\(log_dir=log_dir\),$",
            "^#docs_infra: no_execute\n%tensorboard --logdir={log_dir}$",
        ):
            assert re.search(line, code, re.MULTILINE), (path.name, line)


def test_outline(kind_project):
    is_activation = manifest.load(kind_project).technique.kind == "activation"
    names = {
        "title": "Connection pruning",
        "words": "connection pruning",
        "deployed": "Create the models to deploy" if is_activation else "Create smaller models",
    }
    for path, outline in zip(notebooks(kind_project), [GUIDE, EXAMPLE], strict=True):
        found = re.findall(r"^#{1,3} .*$", text_of(path, "markdown"), flags=re.MULTILINE)
        assert found == outline.format(**names).split("\n")[1:-1]
