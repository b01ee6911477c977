"""Writes the patches and the texts of the pull requests, phase by phase."""

import datetime
import re
import shutil
import tempfile
import textwrap
from pathlib import Path

from tfmot_technique_kit.errors import UserError
from tfmot_technique_kit.export.checkout import Checkout, git
from tfmot_technique_kit.export.names import Names
from tfmot_technique_kit.export.plan import Plan
from tfmot_technique_kit.guideline import PHASES
from tfmot_technique_kit.manifest import Technique

# What every pull request to TFMOT needs, beside what its phase adds.
_ALWAYS = (
    "all commits have one author, who has signed the [contributor license "
    "agreement](https://cla.developers.google.com/)",
    "an issue or a sponsor on the side of the toolkit is linked here",
    "the branch is rebased on master and has this one commit",
)


def write(plan: Plan, checkout: Checkout, folder: Path, today: datetime.date) -> list[Path]:
    """Writes patches for `git am`, and the text of each pull request; returns the paths.

    The patches are made in a clone, of what is committed in the checkout; that itself stays as it
    is. Their author is the technique's, alone: with several, the check of the contributor licence
    agreement fails.

    Raises:
        UserError: If the folder is not empty, a file cannot be written, or git fails.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(f"{folder}: is there and not empty; name another.")
    with tempfile.TemporaryDirectory() as temporary:
        clone, made = Path(temporary, "clone"), Path(temporary, "series")
        git(checkout.root, "clone", "--quiet", "--shared", ".", str(clone))
        base = git(clone, "rev-parse", "HEAD").strip()
        in_clone = Checkout(clone)
        phases = [number for number in PHASES if _commit(plan, in_clone, number, today)]
        if not phases:
            return []
        options = ("--quiet", "--no-signature", "--zero-commit", "--no-numbered")
        git(clone, "format-patch", *options, f"--output-directory={made}", base)
        for path, phase in zip(sorted(made.iterdir()), phases, strict=True):
            text = pull_request(plan.names, phase)
            path.with_suffix(".md").write_text(text, encoding="utf-8")
        try:
            shutil.copytree(made, folder, dirs_exist_ok=True)
        except OSError as error:
            raise UserError(f"{folder}: cannot be written: {error}.") from error
    return sorted(folder.iterdir())


def pull_request(names: Names, number: int) -> str:
    """Returns the text of the pull request of a phase, in Markdown."""
    phase, order = PHASES[number], f"The first of {len(PHASES)} parts."
    if number > 1:
        title = names.fill(PHASES[number - 1].title)
        order = f'Part {number} of {len(PHASES)}, after "{title}".'
    home = f"{order} The technique is developed and released at {names.technique.repository}."
    lines = [
        f"# {names.fill(phase.title)}",
        "",
        *textwrap.wrap(names.fill(phase.body), 80),
        "",
        *textwrap.wrap(home, 80, break_on_hyphens=False, break_long_words=False),
        "",
        "Before this is sent:",
        "",
        *(f"*   [ ] {names.fill(item)}" for item in (*_ALWAYS, *phase.checklist)),
    ]
    return "\n".join(lines) + "\n"


def _commit(plan: Plan, checkout: Checkout, number: int, today: datetime.date) -> bool:
    """Commits the files of a phase in a clone; returns whether there are any."""
    files = [file for file in plan.changed(checkout.tree) if file.phase == number]
    if not files:
        return False
    checkout.write({file.path: file.text for file in files})
    git(checkout.root, "add", "--force", "--", *(file.path for file in files))
    technique, names, phase = plan.names.technique, plan.names, PHASES[number]
    noon = datetime.datetime.combine(today, datetime.time(12, number), datetime.timezone.utc)
    git(
        checkout.root,
        *("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"),
        *("-c", f"user.name={_author(technique)}", "-c", f"user.email={technique.email}"),
        *("commit", "--quiet", "--no-verify", f"--date={noon.isoformat()}"),
        *("-m", names.fill(phase.title), "-m", names.fill(phase.body)),
    )
    return True


def _author(technique: Technique) -> str:
    """Returns the author as git takes it, which drops some characters."""
    name = re.sub(r"[<>\x00-\x1f]", "", technique.author)
    if not name.strip(" .,:;\"\\'"):
        raise UserError(
            f"contribution.toml: git takes no author called {technique.author!r}; write a name of "
            "letters."
        )
    return name
