"""What the parts of the technique are called here, and in TFMOT."""

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

from tfmot_technique_kit.manifest import Manifest, Technique

PACKAGE = "tensorflow_model_optimization"

_TFMOT = f"import {PACKAGE} as tfmot"


@dataclass(frozen=True)
class Names:
    """The names that change when the technique moves, and its folders in a checkout."""

    technique: Technique
    core: str  # The folder of its code,
    api: str  # of its API,
    example: str  # of its example,
    guide: str  # and of its pages.
    paths: Mapping[str, str]  # From the path of a file here to its path in a checkout.

    @classmethod
    def of(cls, manifest: Manifest) -> "Names":
        """Returns the names of a manifest."""
        files = [file for part in manifest.exported for file in part.files]
        paths = {file.path: file.upstream for file in files if "{" not in file.upstream}
        parts = map(manifest.component, ("core", "api", "example", "overview"))
        return cls(manifest.technique, *(part.folder.upstream or "" for part in parts), paths)

    @property
    def folders(self) -> tuple[str, str, str, str]:
        """The folders that are the technique's own: of code, API, examples and pages."""
        slug = f"/{self.technique.slug}"
        examples = self.example.partition(slug)[0] + slug
        return posixpath.dirname(self.core), posixpath.dirname(self.api), examples, self.guide

    @property
    def public(self) -> str:
        """The technique in the public API: 'tfmot.weight_masking'."""
        return f"tfmot.{self.technique.slug}"

    @property
    def title_inside(self) -> str:
        """The title inside of a sentence; 'SVD' and the like stay."""
        title = self.technique.title
        return title if title[1:2].isupper() else title[:1].lower() + title[1:]

    @property
    def here(self) -> re.Pattern[str]:
        """Pattern of what the technique is called here alone."""
        return re.compile(rf"tfmot[_-]{re.escape(self.technique.slug).replace('_', '[_-]')}")

    def fill(self, template: str) -> str:
        """Returns a text of the guideline with the technique's names in it."""
        return template.replace("{title}", self.title_inside).replace("{api}", self.public)

    def rewrite(self, text: str) -> str:
        """Returns a text in which the technique is called as in TFMOT.

        What it shows of code keeps working: imports become those of TFMOT, and pip installs that.
        """
        package = re.escape(self.technique.package)
        text = self._with_imports(text)
        for here, there in self.paths.items():
            text = re.sub(rf"(?<![\w/.-]){re.escape(here)}(?![\w/-])", there, text)
        text = re.sub(rf"\b{package}/keras\b", self.core, text)
        text = re.sub(rf"\b{package}\b", self.public, text)
        repository = re.escape(self.technique.repository)
        here = rf"(git\+{repository}\S*|\b{re.escape(self.technique.distribution)}\b)"
        quoted = rf"['\"]?{here}(\[[\w,-]*\])?['\"]?"
        return re.sub(quoted, "tensorflow-model-optimization", text)

    def _with_imports(self, text: str) -> str:
        has_tfmot = _TFMOT in text

        def replaced(match: re.Match[str]) -> str:
            nonlocal has_tfmot
            indent, name = match["indent"], match["name"]
            path = f"{self.public}.keras{'.' + name if match['module'] else ''}"
            lines = [] if has_tfmot else [indent + _TFMOT]
            has_tfmot = True
            return "\n".join([*lines, f"{indent}{match['alias'] or name} = {path}"])

        return re.sub(
            rf"^(?P<indent>[ \t]*)from {re.escape(self.technique.package)}(?P<module>\.keras)? "
            r"import (?P<name>\w+)(?: as (?P<alias>\w+))?$",
            replaced,
            text,
            flags=re.MULTILINE,
        )
