"""The preview has all pages, and its links lead to them."""

import types

import pytest
import yaml
from tfmot_technique_kit import preview


@pytest.fixture
def project(tmp_path):
    """A small project. Returns its folder."""
    root = tmp_path / "project"
    for name, text in {
        "README.md": "# Home\n\n[Overview](g3doc/guide/a/index.md)\n",
        "g3doc/guide/a/index.md": '# A\n\n<a href="../../../rfcs/design.md">b</a>',
        "rfcs/design.md": "# Design\n",
        "env/pyvenv.cfg": "",
        "build/api_docs/tfmot_a/keras.md": "# Module: tfmot_a.keras\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def _prepare(project):
    folder = project / "build" / "preview"
    return preview.prepare(project, folder, project / "build" / "api_docs")


def _build(project):
    from mkdocs.__main__ import cli

    with pytest.raises(SystemExit) as end:
        cli(["build", "--strict", "--config-file", str(_prepare(project))])
    return end.value.code


def test_menu(project) -> None:
    configuration = yaml.safe_load(_prepare(project).read_text())

    assert configuration["nav"] == [
        {"Home": ["README.md"]},
        {"Guide": [{"Overview": "g3doc/guide/a/index.md"}]},
        {"RFCs": ["rfcs/design.md"]},
        {"API": [{"keras": "api_docs/tfmot_a/keras.md"}]},
    ]


def test_reads_the_files_themselves_and_no_environments(project) -> None:
    pages = _prepare(project).parent / "pages"

    (project / "rfcs" / "design.md").write_text("# Changed\n")

    assert (pages / "rfcs" / "design.md").read_text() == "# Changed\n"
    assert not (pages / "env").exists()
    assert not (pages / "build").exists()


def test_code_in_tables_of_the_api() -> None:
    page = types.SimpleNamespace(file=types.SimpleNamespace(src_uri="api_docs/tfmot_a/keras.md"))
    html = "<td>\n`x` is a\n</td> `y`"

    shown = preview.on_page_content(html, page, None, None)

    assert shown == "<td>\n<code>x</code> is a\n</td> `y`"


def test_links_in_html_lead_to_pages(project) -> None:
    pytest.importorskip("mkdocs_jupyter")

    assert _build(project) == 0

    page = project / "build/preview/html/g3doc/guide/a/index.html"
    assert 'href="../../../rfcs/design.html"' in page.read_text()


@pytest.mark.parametrize("link", ["[a](no.md)", '<a href="no.md">a</a>'])
def test_a_link_to_nowhere_is_an_error(project, link) -> None:
    pytest.importorskip("mkdocs_jupyter")
    (project / "rfcs" / "design.md").write_text(f"# Design\n\n{link}\n")

    assert _build(project) == 1
