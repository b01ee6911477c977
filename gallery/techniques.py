"""The techniques of the gallery: the baseline of each kind, and a published method of each."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tfmot_technique_kit.project import Project

ROOT = Path(__file__).resolve().parents[1]
_METHODS = ROOT / "tests" / "methods"
# The methods in that folder are written for the project with the default answers.
_SLUG, _CLASS = "connection_pruning", "ConnectionPruningAlgorithm"


@dataclass(frozen=True)
class Technique:
    """A technique that the template generates."""

    name: str
    kind: str
    method: str = ""  # the file of a published method; empty for the baseline of the kind

    @property
    def slug(self) -> str:
        """The name as run files have it."""
        return self.title.replace(" ", "_")

    @property
    def title(self) -> str:
        """The name as the page has it."""
        return self.name.lower().replace("-", " ")

    def generate(self, folder: Path) -> Project:
        """Generates the project of the technique in a folder, in place of an earlier one."""
        root = folder / self.slug
        shutil.rmtree(root, ignore_errors=True)
        answers = [f"technique_name={self.name}", f"technique_kind={self.kind}"]
        command = [sys.executable, "-m", "cookiecutter", "--no-input", "--default-config"]
        command += ["--output-dir", str(folder), str(ROOT), *answers]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        project = Project(root)
        if self.method:
            code = (_METHODS / self.kind / f"{self.method}.py").read_text(encoding="utf-8")
            code = code.replace(_CLASS, project.manifest.roles.algorithm)
            code = code.replace(_SLUG, project.technique.slug)
            place = root / project.technique.package / "keras" / "algorithm.py"
            place.write_text(code, encoding="utf-8")
        return project


ALL = (
    Technique("Connection Pruning", "weight_mask"),
    Technique("Movement Pruning", "weight_mask", "movement"),
    Technique("Weight Ternarization", "weight_projection"),
    Technique("Weight Sharing", "weight_projection", "weight_sharing"),
    Technique("Activation Sparsity", "activation"),
    Technique("Activation Thresholding", "activation", "fat_relu"),
    Technique("Low-Rank Factorization", "layer_replacement"),
    Technique("QR Factorization", "layer_replacement", "qr"),
)
