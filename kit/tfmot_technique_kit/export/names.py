"""What the parts of the technique are called here, and in TFMOT."""

import dataclasses
import re

PACKAGE = "tensorflow_model_optimization"


@dataclasses.dataclass(frozen=True)
class Names:
    """The names that change when the technique moves.

    Attributes:
        package: The package here: 'tfmot_weight_masking'.
        distribution: What pip calls it: 'tfmot-weight-masking'.
        slug: The technique in code: 'weight_masking'.
        title: The technique as the heading of a page: 'Weight masking'.
        core: The folder of its code in a checkout.
        api: The folder of its API in a checkout.
        repository: Web address of this project.
        paths: Dict from the path of a file here to its path in a checkout.
    """

    package: str
    distribution: str
    slug: str
    title: str
    core: str
    api: str
    repository: str
    paths: dict[str, str]

    @classmethod
    def of(cls, contribution):
        """Returns the names of a Manifest."""
        technique = contribution.technique
        return cls(
            technique.package,
            technique.package.replace("_", "-"),
            technique.slug,
            technique.title,
            contribution.component("core").folder.upstream,
            contribution.component("api").folder.upstream,
            technique.repository,
            {
                file.path: file.upstream
                for part in contribution.components
                if part.phase is not None
                for file in part.files
                if "{" not in file.upstream
            },
        )

    @property
    def core_module(self):
        """The module of its code in TFMOT."""
        return self.core.replace("/", ".")

    @property
    def public(self) -> str:
        """The technique in the public API: 'tfmot.weight_masking'."""
        return f"tfmot.{self.slug}"

    @property
    def title_inside(self):
        """The title inside of a sentence; 'SVD' and the like stay."""
        if self.title[1:2].isupper():
            return self.title
        return self.title[:1].lower() + self.title[1:]

    @property
    def here(self):
        """Pattern of what the technique is called here alone."""
        words = re.escape(self.slug).replace("_", "[_-]")
        return re.compile(rf"tfmot[_-]{words}")
