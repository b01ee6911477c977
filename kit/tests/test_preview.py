"""The preview has all pages, and its links lead to them."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
import yaml
from click.testing import CliRunner

from tests.checks.conftest import write_notebook
from tfmot_technique_kit import files, preview
from tfmot_technique_kit.cli import main

_PAGES = {
    "README.md": "# Home\n\n[Overview](g3doc/guide/a/index.md)\n",
    "g3doc/guide/a/index.md": '# A\n\n<a href="../../../rfcs/design.md">b</a>',
    "rfcs/design.md": "# Design\n\n[code](../tfmot_some_method/__init__.py)\n",
    "env/pyvenv.cfg": "",
    "build/api_docs/tfmot_a/keras.md": "# Module: tfmot_a.keras\n",
}


@pytest.fixture
def project(project):
    """The small project with some pages."""
    for name, text in _PAGES.items():
        files.write(project.root / name, text)
    return project


@pytest.fixture
def build(project, monkeypatch):
    """A function that builds the site. It returns the exit status."""
    monkeypatch.chdir(project.root)
    return lambda: CliRunner().invoke(main, ["preview", "--build"]).exit_code


def test_menu(project):
    configuration = yaml.safe_load(preview.prepare(project).read_text())

    assert configuration["nav"] == [
        {"Home": ["README.md"]},
        {"Guide": [{"Overview": "g3doc/guide/a/index.md"}]},
        {"RFCs": ["rfcs/design.md"]},
        {"API": [{"keras": "api_docs/tfmot_a/keras.md"}]},
    ]


def test_reads_the_files_themselves_and_no_environments(project):
    pages = preview.prepare(project).parent / "pages"

    (project.root / "rfcs" / "design.md").write_text("# Changed\n")

    assert (pages / "rfcs" / "design.md").read_text() == "# Changed\n"
    assert not (pages / "env").exists()
    assert not (pages / "build").exists()


def test_code_in_tables_of_the_api():
    page = SimpleNamespace(file=SimpleNamespace(src_uri="api_docs/tfmot_a/keras.md"))

    shown = preview.on_page_content("<td>\n`x` is a\n</td> `y`", page, None, None)

    assert shown == "<td>\n<code>x</code> is a\n</td> `y`"


def test_links_in_html_lead_to_pages(project, build):
    assert build() == 0

    page = project.root / "build/preview/html/g3doc/guide/a/index.html"
    assert 'href="../../../rfcs/design.html"' in page.read_text()


@pytest.mark.parametrize("link", ["[a](no.md)", '<a href="no.md">a</a>'])
def test_a_link_to_nowhere_is_an_error(project, build, link):
    (project.root / "rfcs" / "design.md").write_text(f"# Design\n\n{link}\n")

    assert build() == 1


@pytest.mark.parametrize("state", [{"1": {}}, {"state": {}}, None])
def test_a_notebook_with_the_widgets_of_colab(project, build, state):
    path = write_notebook(project.root / "g3doc/guide/a/a_example.ipynb", "# shown\nprint(1)")
    notebook = json.loads(path.read_text())
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": ["bar"]}
    output = {"output_type": "display_data", "metadata": {}, "data": view}
    notebook["cells"][0]["outputs"] = [output]
    notebook["metadata"]["widgets"] = state and {"application/vnd.jupyter.widget-state+json": state}
    path.write_text(json.dumps(notebook))

    assert build() == 0

    page = project.root / "build/preview/html/g3doc/guide/a/a_example.html"
    assert "# shown" in page.read_text()
    assert json.loads(path.read_text()) == notebook  # the file stays as it is


def test_what_is_no_notebook_is_named(project):
    files.write(project.root / "g3doc/guide/a/a_example.ipynb", "[]")

    command = [sys.executable, "-m", "tfmot_technique_kit", "preview", "--build"]
    run = subprocess.run(command, cwd=project.root, capture_output=True, text=True)

    assert run.returncode == 1
    assert "g3doc/guide/a/a_example.ipynb is no" in run.stderr.splitlines()[-1]
    assert "Traceback" not in run.stderr
