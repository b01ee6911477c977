"""Shows that the kit works with tf-models-official, in a new environment.

    python tests/official/prove_in_clean_environment.py

The proof takes minutes and some gigabytes, in a temporary folder. The exit status is 0 if all tests
ran and passed.
"""

import os
import subprocess
import tempfile
import venv
from pathlib import Path

KIT = Path(__file__).resolve().parents[2]
PACKAGES = (
    *("tf-models-official==2.20.*", "tensorflow==2.20.*", "tf-keras==2.20.*"),
    *("tensorflow-model-optimization", "setuptools", "cookiecutter", "pytest"),
)


def main():
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        python = Path(folder) / "bin" / "python"
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        for arguments in (
            ["-m", "pip", "install", "-q", "-e", KIT, *PACKAGES],
            ["-m", "pip", "check"],
            ["-c", "import official"],  # Without it, its tests would be skipped.
            ["-m", "pytest", "-m", "tensorflow", "-rs", KIT / "tests" / "official"],
        ):
            subprocess.run([python, *arguments], cwd=KIT, env=environment, check=True)


if __name__ == "__main__":
    main()
