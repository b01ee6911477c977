"""The files of a miniature of a TFMOT checkout.

What the edits look for is as in TFMOT; the rest is as short as it can be.
"""

T = "tensorflow_model_optimization"
CORE = f"{T}/python/core"

_PACKAGE = """package(
    default_applicable_licenses = ["//tensorflow_model_optimization:license"],
)
"""


def _library(name, sources, deps=()):
    lines = [f'        "{source}",' for source in sources]
    needs = [f"        {dep}" if dep.startswith("#") else f'        "{dep}",' for dep in deps]
    return "\n".join(
        [
            "py_library(",
            f'    name = "{name}",',
            "    srcs = [",
            *lines,
            "    ],",
            "    deps = [",
            *needs,
            "    ],",
            ")\n",
        ]
    )


FILES = {
    "BUILD": """sh_binary(
    name = "pip_pkg",
    srcs = ["pip_pkg.sh"],
    data = ["setup.py", "//tensorflow_model_optimization"],
)
""",
    "pip_pkg.sh": "exit 1\n",
    "setup.py": "import setuptools\n",
    "README.md": """# Toolkit

<table>
  <tr>
    <th>Subpackage</th>
    <th>Maintainers</th>
  </tr>
  <tr>
    <td>tfmot.clustering</td>
    <td>A</td>
  </tr>
  <tr>
    <td>tfmot.sparsity</td>
    <td>B</td>
  </tr>
</table>
""",
    "RELEASE.md": """# Release Template

Keras clustering API:

* Major Features
* Tested against nothing.

Keras pruning API:

* Major Features


# TensorFlow Model Optimization next release TBD

# TensorFlow Model Optimization 0.8.1

 * Fixes.
""",
    ".github/labeler.yml": """technique:clustering:
- a/**/*

technique:pruning:
- b/**/*

technique:qat:
- c/**/*

comp:weight compression:
- d/**/*
""",
    f"{T}/__init__.py": f'''"""Toolkit."""

from {T}.python.core import version

from {T}.python.core.api import clustering
from {T}.python.core.api import sparsity

__path__.append(__file__.rpartition('/')[0] + '/python/core/api')
''',
    f"{T}/BUILD": _PACKAGE
    + _library(T, ["__init__.py"], [f"//{T}/python", f"//{CORE}:version", f"//{CORE}/api"]),
    f"{T}/python/__init__.py": "",
    f"{T}/python/BUILD": _library("python", ["__init__.py"], [f"//{CORE}"]),
    f"{CORE}/__init__.py": "",
    f"{CORE}/version.py": "",
    f"{CORE}/BUILD": f"""# Placeholder: load py_library

py_library(
    name = "core",
    srcs = ["__init__.py"],
    # strict_deps = True,
    deps = [
        "//{CORE}/api",  # buildcleaner: keep
        "//{CORE}/keras",  # buildcleaner: keep
        "//{CORE}/sparsity",  # buildcleaner: keep
    ],
)

py_library(
    name = "version",
    srcs = ["version.py"],
)
""",
    f"{CORE}/api/__init__.py": f"""from {T}.python.core.api import clustering
from {T}.python.core.api import sparsity
""",
    f"{CORE}/api/clustering/__init__.py": "",
    f"{CORE}/api/sparsity/__init__.py": (f"from {T}.python.core.sparsity import prune\n"),
    f"{CORE}/api/BUILD": _library(
        "api",
        ["__init__.py", "clustering/__init__.py", "sparsity/__init__.py"],
        [f"//{CORE}/sparsity:prune"],
    ),
    f"{CORE}/keras/__init__.py": "",
    f"{CORE}/keras/compat.py": "keras = None\n",
    f"{CORE}/keras/test_utils.py": "",
    f"{CORE}/keras/BUILD": _library("keras", ["__init__.py"], [":compat"])
    + _library("compat", ["compat.py"])
    + _library("test_utils", ["test_utils.py"]),
    f"{CORE}/sparsity/__init__.py": "",
    f"{CORE}/sparsity/prune.py": "",
    f"{CORE}/sparsity/BUILD": _library("sparsity", ["__init__.py"], [":prune"])
    + _library("prune", ["prune.py"]),
    # A fault of the checkout itself: it must not be held against the technique.
    f"{CORE}/orphan.py": "",
    f"{T}/g3doc/_book.yaml": """upper_tabs:
- name: Guide
  contents:
      - heading: Weight clustering
      - title: Overview
        path: /model_optimization/guide/clustering

      - heading: Collaborative optimization
      - title: Overview
        path: /model_optimization/guide/combine
""",
    f"{T}/g3doc/guide/index.md": """# Guide

Our toolkit supports [quantization](./quantization.md),
[pruning](./pruning/index.md), and [clustering](./clustering/index.md). The
toolkit also does other things.

### Clustering

Fewer values.

### Collaborative optimization

Both.
""",
    f"{T}/g3doc/guide/optimize_further.md": """# Further

*   [Weight pruning](./pruning/)
*   [Collaborative optimization](./combine/collaborative_optimization)
""",
}
