"""Tests of reading and writing BUILD files."""

import pytest
from tests.export import miniature as miniature
from tfmot_technique_kit.export import build_graph, build_rules, errors
from tfmot_technique_kit.export import tree as tree_lib

_KERAS = f"{miniature.AREA}/keras"


@pytest.fixture
def tree(tmp_path):
    """The Tree of a checkout."""
    return tree_lib.Tree(miniature.checkout(tmp_path))


def writer_of(tree, texts):
    """Returns a Writer for files that are added to the core."""
    added = {f"{_KERAS}/{name}": text for name, text in texts.items()}
    return build_rules.Writer(tree.with_changes(added), build_graph.Graph(tree))


def test_the_closure_is_what_the_wheel_gets(tree) -> None:
    closure = build_graph.Graph(tree).closure()

    assert f"{miniature.CORE}/sparsity/prune.py" in closure
    assert f"{miniature.CORE}/api/sparsity/__init__.py" in closure
    assert f"{miniature.CORE}/keras/test_utils.py" not in closure
    assert f"{miniature.CORE}/orphan.py" not in closure


def test_faults_are_found(tree) -> None:
    path = f"{miniature.CORE}/sparsity/BUILD"
    build = tree.read(path)
    before = build_graph.Graph(tree).problems()
    assert before == {f"{miniature.CORE}/orphan.py: is a source of no target in a BUILD file"}

    def new(changes):
        return build_graph.Graph(tree.with_changes(changes)).problems() - before

    where = f"{path}: //{miniature.CORE}/sparsity"
    assert new({path: build.replace('":prune"', '":other"')}) == {
        f"{where}:sparsity: depends on //{miniature.CORE}/sparsity:other, which is no target"
    }
    assert new({path: build.replace("prune.py", "other.py")}) == {
        f"{where}:prune: has the source {miniature.CORE}/sparsity/other.py, which is no file",
        f"{miniature.CORE}/sparsity/prune.py: is a source of no target in a BUILD file",
        f"{miniature.CORE}/api/BUILD: //{miniature.CORE}/api:api: "
        f"{miniature.CORE}/api/sparsity/__init__.py imports "
        f"{miniature.CORE}/sparsity/prune.py, which is in no direct dependency",
    }
    compat = f"from {miniature.T}.python.core.keras import compat\n"
    assert new({f"{miniature.CORE}/sparsity/prune.py": compat}) == {
        f"{where}:prune: {miniature.CORE}/sparsity/prune.py imports "
        f"{miniature.CORE}/keras/compat.py, which is in no direct dependency"
    }
    assert new({path: f'{build}py_library(name = "prune")\n'}) >= {
        f"{path}: has //{miniature.CORE}/sparsity:prune twice"
    }
    assert new({path: f"{build}py_library(srcs = [])\n"}) == {
        f"{path}:{build.count(chr(10)) + 1}: a target without a name"
    }


def test_a_build_file_is_data_and_not_run(tree, tmp_path) -> None:
    bad = {"BUILD": f'open({str(tmp_path / "made")!r}, "w")\n'}
    build_graph.Graph(tree.with_changes(bad))

    assert not (tmp_path / "made").exists()


def test_a_build_file_that_is_broken_is_named(tree) -> None:
    with pytest.raises(errors.ExportError, match="BUILD:1: cannot be read"):
        build_graph.Graph(tree.with_changes({"BUILD": "sh_binary(\n"}))


def test_dependencies_come_from_imports_in_the_order_of_tfmot(tree) -> None:
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
    writer = writer_of(tree, {"a.py": "\n".join(imports), "b.py": ""})

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
    ) in writer.libraries(_KERAS, ["a.py", "b.py"])


def test_tests_and_what_they_share(tree) -> None:
    module = f"{miniature.T}.python.core.some_method.keras"
    writer = writer_of(
        tree,
        {
            "a.py": "",
            "test_models.py": "",
            "a_test.py": f"from {module} import test_models\n",
            "mnist_a_test.py": "keras.datasets.mnist.load_data()\n",
        },
    )

    text = writer.libraries(_KERAS, ["a.py", "a_test.py", "mnist_a_test.py", "test_models.py"])

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


def test_older_checkouts_have_other_rules(tmp_path) -> None:
    tree = tree_lib.Tree(miniature.checkout(tmp_path, strict=True))
    writer = writer_of(tree, {"a.py": "", "a_test.py": ""})

    text = writer.libraries(_KERAS, ["a.py", "a_test.py"])

    assert text.startswith('load("//tensorflow_model_optimization:tensorflow_mod')
    assert '"py_strict_library", "py_strict_test")' in text
    assert "py_strict_test(\n" in text
    assert 'srcs_version = "PY3",' in text
    assert "license" not in text.replace('licenses(["notice"])', "")
    assert "protobuf" not in text
