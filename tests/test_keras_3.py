"""Generated projects on Keras 2 and on Keras 3, with TensorFlow, JAX and PyTorch.

Each setting trains, saves, loads and strips with the same weights and batches. JAX and PyTorch
run where TensorFlow is not installed.
"""

import json
from pathlib import Path

import pytest
import support
from conftest import FIRST, OF_EACH_KIND, bake
from set_up import check_passed, run
from test_baked import IN_FULL

from tfmot_technique_kit.switch import BACKENDS

pytestmark = pytest.mark.baked

SCRIPT = support.ROOT / "tests" / "scripts" / "train_and_strip.py"
# What each backend takes besides the wheel. This version of PyTorch has no build for GPUs on
# Python 3.11; others take gigabytes.
PINNED = {"jax": "", "torch": "torch==2.13.0"}
# What sums in another order come to. Values are about 0.5.
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def pythons(environment, set_up_project, tmp_path_factory):
    """The interpreters of each backend, with the package of a project as users install it."""
    found = {"tensorflow": environment.folder / "bin" / "python"}
    folder = tmp_path_factory.mktemp("wheel")
    environment.python(set_up_project, "-m", "pip", "wheel", "--no-deps", "-qw", str(folder), ".")
    (wheel,) = folder.iterdir()
    for backend, pinned in PINNED.items():
        folder = tmp_path_factory.mktemp(backend)
        install = f"bin/pip install --quiet '{wheel}[{backend}]' {pinned}"
        run(folder, f"python3 -m venv . && {install}")
        found[backend] = folder / "bin" / "python"
    return found


@pytest.fixture(scope="module")
def python(pythons, tmp_path_factory):
    """An interpreter with all backends: the package's tests need TensorFlow, too."""
    folder = tmp_path_factory.mktemp("all")
    run(folder, "python3 -m venv --without-pip .")
    (packages,) = folder.glob("lib/*/site-packages")
    lines = [
        f"import site; site.addsitedir({str(path)!r})\n"
        for python in pythons.values()
        for path in python.parents[1].glob("lib/*/site-packages")
    ]
    (packages / "all.pth").write_text("".join(lines))
    return folder / "bin" / "python"


def project_of(kind: str, set_up_project: Path, cookies_session) -> Path:
    """Returns the project that is set up, or another one of a kind."""
    if kind == FIRST:
        return set_up_project
    answers = {"technique_name": OF_EACH_KIND[kind], "technique_kind": kind}
    return bake(cookies_session, answers)


def train(project: Path, pythons: dict[str, Path], legacy: int, backend: str) -> dict:
    """Runs the script in a setting and returns what it found."""
    shown = run(
        project,
        f"TF_USE_LEGACY_KERAS={legacy} KERAS_BACKEND={backend} PYTHONPATH=. "
        f"{pythons[backend]} {SCRIPT} tfmot_{project.name}",
    )
    return json.loads(shown.splitlines()[-1])


@pytest.mark.parametrize("kind", OF_EACH_KIND)
def test_settings_have_the_same_results(kind, pythons, set_up_project, cookies_session):
    project = project_of(kind, set_up_project, cookies_session)
    expected = train(project, pythons, 1, "tensorflow")
    assert expected["keras"] == "tf_keras"
    for backend in pythons:
        found = train(project, pythons, 0, backend)
        assert found["keras"] == "keras"
        assert found["backend"] == backend
        assert found["imports_tensorflow"] == (backend == "tensorflow")
        assert found["outputs"] == pytest.approx(expected["outputs"], abs=TOLERANCE)


# On 2 cores they take four minutes in all: not those that train large models.
TESTS = ["algorithm", "target", "wrapper_call", "callbacks", "{entry}_strip"]


@pytest.mark.parametrize("kind", IN_FULL)
@pytest.mark.parametrize("backend", BACKENDS)
def test_its_tests_pass_on_keras_3(kind, backend, python, set_up_project, cookies_session):
    """Those of the first kind in full, of another one what its algorithm decides."""
    project = project_of(kind, set_up_project, cookies_session)
    entry = support.toml_of(project / "contribution.toml")["technique"]["entry"]
    names = TESTS if kind == FIRST else [TESTS[0], TESTS[-1]]
    files = [f"tfmot_{project.name}/keras/{name.format(entry=entry)}_test.py" for name in names]
    setting = f"TF_USE_LEGACY_KERAS=0 KERAS_BACKEND={backend} PYTHONPATH=."
    check_passed(run(project, f"{setting} {python} -m pytest -n auto {' '.join(files)}"))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_example_runs_on_keras_3(backend, pythons, set_up_project):
    shown = run(
        set_up_project,
        f"KERAS_BACKEND={backend} {pythons[backend]} examples/digits_cnn.py --epochs 2",
    )
    names = [line.split()[0] for line in shown.splitlines()[-2:]]
    assert names[0] in {"baseline", "pruned"}
    assert ("quantized" in shown) == (backend == "tensorflow")
