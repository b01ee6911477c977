"""What comes out: the files, their form, and that it is the same each time."""

import json
import re
import subprocess
import sys
from pathlib import Path

import support

from tfmot_technique_kit import manifest
from tfmot_template_rules import names


def ruff(project: Path, *arguments: str) -> str:
    """Runs ruff as the generated project configures it; returns what it says, if anything."""
    run = subprocess.run(
        [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--quiet"],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert (run.returncode == 0) == (not run.stdout), run.stderr
    return run.stdout


def test_exactly_the_files_of_the_manifest(kind_project):
    listed = [file.path for file in manifest.load(kind_project).files]
    assert sorted(support.files_of(kind_project)) == sorted(listed)


def test_files_of_the_manifest_are_named_one_by_one(project):
    for file in manifest.load(project).files:
        assert not re.search(r"[*?\[\]{}]", file.path), file.path


def test_paths_upstream_differ(project):
    upstream = [file.upstream for file in manifest.load(project).files if file.upstream]
    assert len(set(upstream)) == len(upstream)


def test_the_kind_decides_on_the_algorithm_and_the_documents_alone(project, kind_project):
    def code(folder: Path) -> dict[str, str]:
        """Returns the code without the names, and the layout, that the kind decides on."""
        return {
            name: re.sub(
                r"[\s,()]|KIND = '\w+'|rank.?reduction|sparsity|strength"
                r"|(?<=_)(activations|weights)",
                "",
                content.decode(),
                flags=re.IGNORECASE,
            )
            for name, content in support.files_of(folder).items()
            if name.endswith(".py") and not re.search(r"keras/algorithm(_test)?\.py$", name)
        }

    assert code(kind_project) == code(project)


def test_a_project_is_small(kind_project):
    files = support.files_of(kind_project)
    assert len(files) <= 80
    lines = {name: text.count(b"\n") for name, text in files.items() if name.endswith(".py")}
    assert sum(lines.values()) <= 9500
    tasks = {name: count for name, count in lines.items() if name.startswith("experiments/tasks/")}
    assert len(tasks) == 3
    assert max(tasks.values()) <= 80, tasks


def test_tests_need_what_the_table_of_settings_has(project):
    folder = project / f"tfmot_{project.name}" / "keras"
    algorithms = support.ROOT / "templates" / "algorithms"  # The tests of other kinds, too.
    paths = [*folder.glob("*_test.py"), *folder.glob("test_*.py"), *algorithms.glob("*_test.py")]
    text = "".join(path.read_text() for path in paths)
    asked = set(re.findall(r"test_settings\.(?:needs|has)\('(\w+)'\)", text))
    table = (folder / "test_settings.py").read_text().partition("NEEDS = ")[2]
    assert asked == set(re.findall(r"^  '(\w+)': \(", table, re.MULTILINE))


def test_every_folder_has_a_file(project):
    folders = [path for path in project.rglob("*") if path.is_dir()]
    assert all(any(folder.iterdir()) for folder in folders)


def test_paths_exist_on_every_system(project):
    for path in support.files_of(project):
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", path)
        assert not re.search(r"(^|/)(con|prn|aux|nul|com\d|lpt\d)(\.|/|$)", path.lower())
    lowered = [path.lower() for path in support.files_of(project)]
    assert len(set(lowered)) == len(lowered)


def test_nothing_is_left_of_the_template(named_project):
    for name, content in support.files_of(named_project).items():
        for trace in (b"<<", b"<%", b"%>", b"<#", b"cookiecutter."):
            assert trace not in content, name
        # The kit comes from where the template is.
        here = content.replace((support.ROOT / "kit").as_uri().encode(), b"")
        assert str(support.ROOT).encode() not in here, name
        assert str(named_project.parent).encode() not in content, name
        assert not re.search("<<|cookiecutter", name)


def test_text_files_are_tidy(named_project):
    for name, content in support.files_of(named_project).items():
        text = content.decode("utf-8")
        assert "\r" not in text, name
        assert not text or re.search(r"[^\n]\n\Z", text), f"{name}: one newline at the end"
        if not name.endswith(".md"):
            assert not re.search(r"[ \t]$", text, re.MULTILINE), f"{name}: trailing space"


def test_python_files_carry_the_licence(project):
    header = (support.ROOT / "templates" / "license_header.txt").read_text()
    context = json.loads((support.ROOT / "cookiecutter.json").read_text())
    header = header.replace("<<cookiecutter._copyright_year>>", context["_copyright_year"])
    for name, content in support.files_of(project).items():
        if name.endswith(".py"):
            assert content.decode().startswith(header), name


def test_lints_clean(named_project):
    assert ruff(named_project, "check", "--output-format=concise") == ""


def test_formats_clean(named_project):
    assert ruff(named_project, "format", "--diff") == ""


def test_extreme_names_use_their_length():
    lengths = {"technique_name": 60, "technique_slug": 40, "verb": 20, "verb_object": 30}
    lengths["level"] = 16
    longest = support.EXTREMES["longest"]
    assert {key: len(longest[key]) for key in lengths} == lengths


def test_same_answers_same_files(cookies, project):
    again = cookies.bake(template=str(support.ROOT))
    assert again.exception is None
    assert support.files_of(again.project_path) == support.files_of(project)


def test_nothing_of_the_project_needs_the_kit_but_its_experiments(kind_project):
    for name, content in support.files_of(kind_project).items():
        if name.endswith(".py") and not name.startswith("experiments/"):
            assert b"tfmot_technique_kit" not in content, name


def test_kinds_are_the_same_wherever_they_are_listed():
    listed = list(names.LEVELS)
    context = json.loads((support.ROOT / "cookiecutter.json").read_text())
    question = context["__prompts__"]["technique_kind"]
    assert re.findall(r"\[/\] - \[bold\](\w+)\[/\]", question) == listed
    workflow = (support.ROOT / ".github" / "workflows" / "generate.yml").read_text()
    [options] = re.findall(r"options: \[(.*)\]", workflow)
    assert options.split(", ") == listed
    for folder in ("algorithms", "docs", "facts", "guide_algorithms", "worked_examples"):
        found = {path.stem for path in (support.ROOT / "templates" / folder).iterdir()}
        assert set(listed) <= found, folder


def test_the_level_is_called_as_answered(cookies):
    answers = {"technique_kind": "layer_replacement", "level": "head_reduction"}
    project = cookies.bake(template=str(support.ROOT), extra_context=answers).project_path
    made = manifest.load(project)
    assert (made.technique.level, made.roles.constant) == (
        "head_reduction",
        "ConstantHeadReduction",
    )
    schedule = (project / made.folders["core"].here / "schedule.py").read_text()
    assert "class ConstantHeadReduction(" in schedule
    assert "initial_head_reduction" in (project / "README.md").read_text()
    for name, content in support.files_of(project).items():
        typed = re.search(r"(?i)(target|initial|final|constant)_?rank_?reduction", content.decode())
        assert not typed, f"{name}: {typed}"


def test_names_follow_the_technique(cookies):
    result = cookies.bake(
        template=str(support.ROOT), extra_context={"technique_name": "Weight Slicing"}
    )
    files = support.files_of(result.project_path)
    assert "tfmot_weight_slicing/keras/slice_weights.py" in files
    for name, content in files.items():
        words = f"{name} {content.decode()}".lower().replace("_", " ").replace("-", " ")
        assert not re.search("connection ?prun|prune ?connection", words), name
