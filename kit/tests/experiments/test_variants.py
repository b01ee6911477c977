"""Tests for variants."""

import pytest

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import variants

LEVELS = [0.5, 0.8]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("baseline", ("baseline", (), None, "float")),
        ("control+int8", ("control", (), None, "int8")),
        ("technique", ("technique@0.8", ("technique",), 0.8, "float")),
        ("technique@0.5", ("technique@0.5", ("technique",), 0.5, "float")),
        ("technique@0+dynamic", ("technique@0", ("technique",), 0.0, "dynamic")),
        ("pruning_qat", ("pruning_qat", ("pruning", "qat"), None, "int8")),
        ("clustering", ("clustering", ("clustering",), None, "float")),
        # It is trained for integers, and has no other form.
        ("technique_qat", ("technique_qat@0.8", ("technique", "qat"), 0.8, "int8")),
    ],
)
def test_reads_names(name, expected):
    variant = variants.parse(name, LEVELS)
    assert variant == variants.Variant(*expected)
    assert variants.parse(variant.name, LEVELS) == variant


@pytest.mark.parametrize(
    "name",
    [
        *("", "Technique", "technique@1.5", "technique@", "technique+float16"),
        *("baseline_technique", "technique_sparsity", "../technique", "control@0.5", "pruning@0.5"),
    ],
)
def test_other_names_are_errors_of_one_line(name):
    with pytest.raises(UserError, match="variant") as error:
        variants.parse(name, LEVELS)
    assert repr(name) in str(error.value)
    assert "\n" not in str(error.value)


def test_expands_to_each_level_and_conversion():
    found = variants.expand(["control", "technique", "technique_qat"], LEVELS)
    assert [variant.name for variant in found] == [
        *(
            f"{training}{conversion}"
            for training in ("baseline", "control", "technique@0.5", "technique@0.8")
            for conversion in ("", "+dynamic", "+int8")
        ),
        "technique_qat@0.8+int8",
    ]
    assert found[-1].combination == "qat"
