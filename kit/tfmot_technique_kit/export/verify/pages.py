"""Checks of the pages: navigation, links, notebooks."""

import pathlib
import posixpath
import re
import tempfile

from tfmot_technique_kit import checks
from tfmot_technique_kit.export import edits
from tfmot_technique_kit.export.verify import subject as subject_lib

Result = subject_lib.Result

_LINK = re.compile(r"\]\((?!\w+:|[#/])([^)\s#]+)")
_TITLE = re.compile(r'^\s*"?# ([^"\\\n]+)', re.MULTILINE)
_PAGES = "tensorflow_model_optimization"


def check_yaml(subject):
    """Can the navigation and the labels be read, with the technique in them?"""
    import yaml

    names = subject.plan.names
    problems = []
    for path, wanted in (
        (edits.BOOK, f"guide/{names.slug}"),
        (edits.LABELER, f"technique:{names.slug}"),
    ):
        try:
            content = yaml.safe_load(subject.tree.read(path) or "")
        except yaml.YAMLError as error:
            problems.append(f"{path}: {' '.join(str(error).split())}")
        else:
            if wanted not in str(content):
                problems.append(f"{path}: has no {wanted}")
    return Result(f"{edits.BOOK}, {edits.LABELER}", problems)


def check_titles(subject):
    """Are titles in sentence case, as reviewers of TFMOT ask for?"""
    paths = [
        path for path in subject.own_files if path.endswith((".md", ".ipynb")) and "g3doc/" in path
    ]
    problems = []
    for path in paths:
        found = _TITLE.search(subject.tree.read(path))
        words = re.findall(r"[A-Za-z]{4,}", found[1]) if found else []
        if len(words) > 1 and all(word[0].isupper() for word in words):
            lower = [w if w.isupper() else w.lower() for w in words[1:]]
            problems.append(
                f"{path}: has the title {found[1]!r}; write "
                f'"{" ".join([words[0], *lower])}": TFMOT has sentence case'
            )
    return Result(f"{len(paths)} pages", problems)


def check_links(subject):
    """Do links between the pages lead somewhere?"""
    pages = [
        path
        for path in sorted(subject.tree.paths)
        if path.endswith((".md", ".ipynb"))
        and (path in subject.own_files or subject.plan.is_dated(path))
    ]
    problems, count = [], 0
    for path in pages:
        for target in _LINK.findall(subject.tree.read(path) or ""):
            count += 1
            there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
            if not (subject.checkout.root / there).exists():
                problems.append(f"{path}: links to {target}, which is not there")
    return Result(f"{count} links in {len(pages)} pages", problems)


def check_notebooks(subject):
    """Are the notebooks laid out and worded as tensorflow.org wants?"""
    paths = [file.path for file in subject.plan.files if file.path.endswith(".ipynb")]
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        for path in paths:
            copy = pathlib.Path(folder, posixpath.relpath(path, _PAGES))
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(subject.tree.read(path) or "", encoding="utf-8")
        for name, check in checks.CHECKS.items():
            if name.startswith("notebook-"):
                found = check(pathlib.Path(folder))
                problems += [f"{_PAGES}/{problem}" for problem in found]
    return Result(f"nbfmt and nblint on {len(paths)} notebooks", problems)
