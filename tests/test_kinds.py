"""A new kind of technique is a line in one list and its own files."""

import shutil

import support


def test_a_kind_is_a_line_and_its_files(home, tmp_path):
    template = support.copy_of_the_template(tmp_path / "template")
    rules = template / "tfmot_template_rules" / "names.py"
    text = rules.read_text()
    line = '    "weight_mask": "sparsity",\n'
    assert text.count(line) == 1
    rules.write_text(text.replace(line, f'{line}    "weight_swap": "strength",\n'))
    for path in sorted((template / "templates").rglob("weight_mask*")):
        shutil.copyfile(path, path.with_name(path.name.replace("mask", "swap")))

    run = support.cookiecutter(home, "technique_kind=weight_swap", template=template)

    assert run.returncode == 0, run.stdout
    project = home / "connection_pruning"
    technique = support.toml_of(project / "contribution.toml")["technique"]
    assert (technique["kind"], technique["level"]) == ("weight_swap", "strength")
    keras = project / "tfmot_connection_pruning" / "keras"
    assert "class ConstantStrength" in (keras / "schedule.py").read_text()
    assert "class ConnectionPruningAlgorithm" in (keras / "algorithm.py").read_text()
