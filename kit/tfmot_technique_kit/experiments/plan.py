"""What a run is, before it has run: enough to tell whether it has."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.experiments import results
from tfmot_technique_kit.experiments import variants as variants_lib
from tfmot_technique_kit.experiments.variants import Variant
from tfmot_technique_kit.project import Project
from tfmot_technique_kit.switch import DEFAULT, Switch


@dataclass(frozen=True)
class Plan:
    """One task with one seed: the runs that share data and a baseline."""

    project: Project
    task: str  # its name
    profile: str  # its name
    config: dict[str, Any]  # the hyper-parameters
    seed: int
    strategy: str = "none"  # or `mirrored` or `multiworker`
    switch: Switch = DEFAULT  # which Keras trains, on which backend

    def parse(self, name: str) -> Variant:
        """Returns the variant of a name.

        Raises:
            UserError: If there is none, or not with this Keras.
        """
        variant = variants_lib.parse(name, self.config["technique"]["levels"])
        if not self._has(variant):
            raise UserError(f"{name}: {variants_lib.KERAS_2_ALONE}: run it with --keras 2.")
        return variant

    def expand(self, trainings: Sequence[str] | None = None) -> list[Variant]:
        """Returns all variants of trainings, by default the configured ones, with this Keras."""
        return list(filter(self._has, self._expand(trainings)))

    def left_out(self, trainings: Sequence[str] | None = None) -> list[str]:
        """Returns the names of the trainings that `expand` leaves out."""
        variants = self._expand(trainings)
        return list(dict.fromkeys(v.training for v in variants if not self._has(v)))

    def _expand(self, trainings: Sequence[str] | None) -> list[Variant]:
        levels = self.config["technique"]["levels"]
        return variants_lib.expand(trainings or self.config["trainings"], levels)

    def _has(self, variant: Variant) -> bool:
        return self.switch.keras == 2 or variant.combination is None

    def describe(self, variant: Variant) -> dict[str, Any]:
        """Returns the part of a run file that is known before the run.

        Its `run_id` depends on all that the result should depend on: the hyper-parameters,
        the variant, the seed and, where it is used, the code of the technique.
        """
        technique, params = self.project.technique, {}
        if "technique" in variant.stages:
            params = {"level_name": technique.level, "level": variant.level}
            params["source_sha256"] = hash_of_source(self.project)
        run = {
            "task": self.task,
            "profile": self.profile,
            "seed": self.seed,
            "strategy": self.strategy,
            # Not the default: runs of earlier versions keep their identity.
            **(self.switch._asdict() if self.switch.parts else {}),
            "variant": {
                "name": variant.name,
                "training": variant.training,
                "technique": technique.slug if params else None,
                "kind": technique.kind if params else None,
                "params": params,
                "control": variant.training == variants_lib.CONTROL,
                "combination": variant.combination,
                "conversion": variant.conversion,
            },
        }
        baseline = None
        if variant.training != variants_lib.BASELINE:
            baseline = self.describe(self.parse(variants_lib.BASELINE))["run_id"]
        return {
            "schema_version": 1,
            **run,
            **self.switch._asdict(),
            "run_id": results.run_id(self.config, **run),
            "parent_run_id": baseline,
            "config": {"resolved": self.config, "sha256": results.fingerprint(self.config)},
            "determinism": self.config["determinism"],
            "device": "host",
        }

    def path(self, variant: Variant, folder: Path) -> Path:
        """Returns the file of a variant's run in a folder of run files."""
        return results.path_of(folder, self.describe(variant))

    def training_name(self, variant: Variant) -> str:
        """Returns the name of the folder of a variant's training. It changes with its results."""
        run_id = self.describe(self.parse(variant.training))["run_id"]
        parts = (variant.training, *self.switch.parts, self.seed, run_id[:8])
        return "_".join(map(str, (self.task, self.profile, *parts)))

    def load(self, variant: Variant, folder: Path) -> dict[str, Any] | None:
        """Returns the run of a variant that a folder has, None without one that still holds.

        Raises:
            UserError: If what lies there is no run.
        """
        planned = self.describe(variant)
        path = results.path_of(folder, planned)
        if not path.exists():
            return None
        run = results.load(path)
        return run if run["run_id"] == planned["run_id"] else None

    def list_pending(self, variants: Sequence[Variant], folder: Path) -> list[Variant]:
        """Returns the variants without a result in a folder that still holds."""
        runs = ((variant, self.load(variant, folder)) for variant in variants)
        return [variant for variant, run in runs if run is None or run["status"] == "failed"]


@functools.cache
def hash_of_source(project: Project) -> str:
    """Returns the SHA-256 of the technique's code, without its tests and what only they use.

    The code is read once: a run goes on with the code that it has begun with.
    """
    digest = hashlib.sha256()
    for path in sorted((project.root / project.technique.package).rglob("*.py")):
        if not (path.stem.startswith("test_") or path.stem.endswith("_test")):
            digest.update(path.read_bytes())
    return digest.hexdigest()
