"""Writes the patches and the texts of the pull requests, phase by phase."""

import datetime
import pathlib
import re
import tempfile

from tfmot_technique_kit.export import checkout as checkout_lib
from tfmot_technique_kit.export import errors, pull_request


def write(contribution, plan, checkout, folder, today):
    """Writes a series of patches for `git am`, and the text of each pull request.

    The patches are made in a clone, of what is committed in the checkout; that
    itself stays as it is. Their author is the technique's, alone: with several,
    the check of the contributor licence agreement fails.

    Args:
        contribution: The Manifest.
        plan: The Plan.
        checkout: The Checkout.
        folder: Where to write, a path of a folder that is empty or not there.
        today: The day of the commits, a `datetime.date`.

    Returns:
        A list of the paths written.

    Raises:
        ExportError: If a file cannot be written, or git fails.
    """
    folder = pathlib.Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise errors.ExportError(f"{folder}: is there and not empty; name another.")
    with tempfile.TemporaryDirectory() as temporary:
        clone = pathlib.Path(temporary, "model-optimization")
        checkout_lib.git(checkout.root, "clone", "--quiet", "--shared", ".", str(clone))
        base = checkout_lib.git(clone, "rev-parse", "HEAD").strip()
        in_clone = checkout_lib.Checkout(clone)
        phases = [
            phase
            for phase in contribution.phases
            if _commit(contribution, plan, in_clone, phase, today)
        ]
        if not phases:
            return []
        patches = pathlib.Path(temporary, "patches")
        checkout_lib.git(
            clone,
            "format-patch",
            "--quiet",
            "--no-signature",
            "--zero-commit",
            "--no-numbered",
            f"--output-directory={patches}",
            base,
        )
        names = sorted(path.name for path in patches.iterdir())
        texts = {name: (patches / name).read_bytes() for name in names}
    for name, phase in zip(names, phases, strict=True):
        text = pull_request.text(contribution, phase)
        texts[f"{pathlib.Path(name).stem}.md"] = text.encode()
    return _save(folder, texts)


def _commit(contribution, plan, checkout, phase, today):
    """Commits the files of a phase in a clone; returns whether there are any."""
    files = [file for file in plan.changed(checkout.tree) if file.phase == phase.number]
    if not files:
        return False
    checkout.write({file.path: file.text for file in files})
    checkout_lib.git(checkout.root, "add", "--force", "--", *(file.path for file in files))
    title = pull_request.fill(phase.title, contribution)
    body = pull_request.fill(phase.body, contribution)
    moment = datetime.datetime.combine(
        today, datetime.time(12, phase.number), datetime.timezone.utc
    )
    author = _author(contribution.technique)
    checkout_lib.git(
        checkout.root,
        *("-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"),
        *("-c", f"user.name={author}"),
        *("-c", f"user.email={contribution.technique.email}"),
        *("commit", "--quiet", "--no-verify", f"--date={moment.isoformat()}"),
        *("-m", title, "-m", body),
    )
    return True


def _author(technique):
    """Returns the author as git takes it, which drops some characters."""
    name = re.sub(r"[<>\x00-\x1f]", "", technique.author)
    if not name.strip(" .,:;\"\\'"):
        raise errors.ExportError(
            f"contribution.toml: git takes no author called {technique.author!r}; "
            "write a name of letters."
        )
    return name


def _save(folder, texts):
    made = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in sorted(texts.items()):
            (folder / name).write_bytes(content)
            made.append(folder / name)
    except OSError as error:
        for path in made:
            path.unlink()
        raise errors.ExportError(f"{folder}: cannot be written: {error.strerror}.") from error
    return made
