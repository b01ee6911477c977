"""What a run is, before it has run: enough to tell whether it has."""

import dataclasses
import functools
import hashlib
import importlib.util
import pathlib

from tfmot_technique_kit.experiments import names, results
from tfmot_technique_kit.experiments import variants as variants_lib


@dataclasses.dataclass(frozen=True)
class Plan:
    """One task with one seed: the runs that share data and a baseline.

    Attributes:
        task: Name of the task.
        profile: Name of the profile.
        config: The hyper-parameters, a dict.
        seed: Int.
        strategy: `none`, `mirrored` or `multiworker`.
    """

    task: str
    profile: str
    config: dict
    seed: int
    strategy: str = "none"

    def parse(self, name):
        """Returns the `variants.Variant` of a name."""
        return variants_lib.parse(name, self.config["technique"]["levels"])

    def expand(self, trainings=None):
        """Returns all variants of trainings, by default the configured ones."""
        levels = self.config["technique"]["levels"]
        return variants_lib.expand(trainings or self.config["trainings"], levels)

    def describe(self, variant):
        """Describes a run of a variant.

        Args:
            variant: A `variants.Variant`.

        Returns:
            The part of a run file that is known before the run, a dict. Its `run_id`
            depends on all that the result should depend on: the hyper-parameters, the
            variant, the seed and, where it is used, the code of the technique.
        """
        params = {}
        if "technique" in variant.stages:
            params = {
                "level_name": names.LEVEL,
                "level": variant.level,
                "source_sha256": hash_of_source(),
            }
        run = {
            "task": self.task,
            "profile": self.profile,
            "seed": self.seed,
            "strategy": self.strategy,
            "variant": {
                "name": variant.name,
                "training": variant.training,
                "technique": names.SLUG if params else None,
                "kind": names.KIND if params else None,
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
            "run_id": results.run_id(self.config, **run),
            "parent_run_id": baseline,
            "config": {"resolved": self.config, "sha256": results.fingerprint(self.config)},
            "determinism": self.config["determinism"],
        }

    def list_pending(self, variants, folder):
        """Returns the variants without a result that still holds.

        Args:
            variants: List of `variants.Variant`.
            folder: `pathlib.Path` of the run files.
        """
        return [v for v in variants if not self._is_finished(v, folder)]

    def _is_finished(self, variant, folder):
        planned = self.describe(variant)
        path = results.path_of(folder, planned)
        if not path.exists():
            return False
        run = results.load(path)
        return run["run_id"] == planned["run_id"] and run["status"] != "failed"


@functools.cache
def hash_of_source():
    """Returns the SHA-256 of the technique's code, without its tests."""
    spec = importlib.util.find_spec(names.PACKAGE)
    (folder,) = spec.submodule_search_locations
    digest = hashlib.sha256()
    for path in sorted(pathlib.Path(folder).rglob("*.py")):
        if not path.stem.endswith("_test"):
            digest.update(path.read_bytes())
    return digest.hexdigest()
