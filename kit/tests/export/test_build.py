"""Tests of reading and writing BUILD files."""

import pytest

from tests.export import miniature
from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export import build_rules
from tfmot_technique_kit.export.build_graph import Graph
from tfmot_technique_kit.export.checkout import Tree

CORE, KERAS = miniature.CORE, f"{miniature.AREA}/keras"
TREE = Tree(miniature.DATA / "checkout")
SPARSITY = f"{CORE}/sparsity"
BUILD = f"{SPARSITY}/BUILD"


def libraries(texts, tree=TREE):
    """Returns the BUILD file for Python files that are added to the core."""
    added = {f"{KERAS}/{name}": text for name, text in texts.items()}
    writer = build_rules.Writer(tree.with_changes(added), Graph(tree))
    return writer.libraries(KERAS, list(texts))


def test_the_closure_is_what_the_wheel_gets() -> None:
    closure = Graph(TREE).closure()

    assert closure >= {f"{CORE}/sparsity/prune.py", f"{CORE}/api/sparsity/__init__.py"}
    assert closure.isdisjoint({f"{CORE}/keras/test_utils.py", f"{CORE}/orphan.py"})


def test_a_checkout_has_faults_of_its_own() -> None:
    orphan = f"{CORE}/orphan.py: is a source of no target in a BUILD file"
    assert Graph(TREE).problems() == {orphan}


@pytest.mark.parametrize(
    "path, old, new, expected",
    [
        (BUILD, '":prune"', '":other"', "//{0}:sparsity: depends on //{0}:other, which is no"),
        (BUILD, "prune.py", "a.py", "//{0}:prune: has the source {0}/a.py, which is no file"),
        (BUILD, "prune.py", "a.py", "{0}/prune.py: is a source of no target in a BUILD file"),
        (BUILD, 'name = "sparsity"', 'name = "prune"', "//{0}:prune: is there twice"),
        (
            f"{SPARSITY}/prune.py",
            "",
            f"from {miniature.T}.python.core.keras import compat\n",
            f"//{{0}}:prune: {{0}}/prune.py imports {CORE}/keras/compat.py, which is in no direct",
        ),
    ],
)
def test_faults_are_found(path, old, new, expected) -> None:
    changed = TREE.with_changes({path: TREE.read(path).replace(old, new)})

    assert expected.format(SPARSITY) in "\n".join(Graph(changed).problems())


def test_a_build_file_is_data_and_not_run(tmp_path) -> None:
    Graph(TREE.with_changes({"BUILD": f'open({str(tmp_path / "made")!r}, "w")\n'}))

    assert not (tmp_path / "made").exists()


def test_a_build_file_that_is_broken_is_named() -> None:
    with pytest.raises(UserError, match="BUILD:1: cannot be read"):
        Graph(TREE.with_changes({"BUILD": "sh_binary(\n"}))


def test_dependencies_come_from_imports_in_the_order_of_tfmot() -> None:
    imports = [
        "import os",
        "import numpy as np",
        "import six",
        "from absl import app",
        "from absl.testing import parameterized",
        "import tensorflow as tf",
        "from tensorflow.python.util import tf_inspect",
        f"from {miniature.T}.python.core.keras.compat import keras",
        f"from {miniature.T}.python.core.some_method.keras import b",
        f"import {miniature.T} as tfmot",
    ]

    assert (
        "py_library(\n"
        '    name = "a",\n'
        '    srcs = ["a.py"],\n'
        "    # strict_deps = True,\n"
        '    visibility = ["//visibility:public"],\n'
        "    deps = [\n"
        '        ":b",\n'
        "        # absl/testing:parameterized dep1,\n"
        "        # absl:app dep1,\n"
        "        # numpy dep1,\n"
        "        # python/util:tf_inspect tensorflow dep2,\n"
        "        # six dep1,\n"
        "        # tensorflow dep1,\n"
        f'        "//{miniature.T}",\n'
        f'        "//{miniature.CORE}/keras:compat",\n'
        "    ],\n"
        ")\n"
    ) in libraries({"a.py": "\n".join(imports), "b.py": ""})


def test_tests_and_what_they_share() -> None:
    module = f"{miniature.T}.python.core.some_method.keras"
    text = libraries(
        {
            "a.py": "",
            "a_test.py": f"from {module} import test_models\n",
            "mnist_a_test.py": "keras.datasets.mnist.load_data()\n",
            "test_models.py": "",
        },
    )

    assert '":a",  # buildcleaner: keep\n    ],' in text
    assert 'name = "test_models",\n    testonly = 1,' in text
    assert (
        'py_test(\n    name = "a_test",\n    size = "medium",\n'
        '    srcs = ["a_test.py"],\n    visibility = ["//visibility:public"],\n'
        '    deps = [\n        ":test_models",\n'
        "        # google/protobuf:use_fast_cpp_protos dep1,  # Automatically added"
        "\n    ],\n)"
    ) in text
    assert text.count("requires-net:external") == 1


def test_older_checkouts_have_other_rules() -> None:
    path = f"{CORE}/BUILD"
    strict = TREE.with_changes({path: TREE.read(path).replace("py_library", "py_strict_library")})

    text = libraries({"a.py": "", "a_test.py": ""}, strict)

    assert text.startswith('load("//tensorflow_model_optimization:tensorflow_mod')
    assert '"py_strict_library", "py_strict_test")' in text
    assert "py_strict_test(\n" in text
    assert 'srcs_version = "PY3",' in text
    assert "license" not in text.replace('licenses(["notice"])', "")
    assert "protobuf" not in text
