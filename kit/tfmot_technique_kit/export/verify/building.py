"""Checks of what Bazel and setuptools would make of the checkout."""

import posixpath

import setuptools

from tfmot_technique_kit.export import edits
from tfmot_technique_kit.export import names as names_lib
from tfmot_technique_kit.export.verify import subject as subject_lib

Result = subject_lib.Result


def check_packages(subject):
    """Does `find_packages` see the technique?"""
    names = subject.plan.names
    wanted = {
        folder.replace("/", ".")
        for folder in (
            posixpath.dirname(names.core),
            names.core,
            posixpath.dirname(names.api),
            names.api,
        )
    }
    found = setuptools.find_packages(str(subject.checkout.root))
    problems = [
        f"{name.replace('.', '/')}: is no package, as a folder on the way to it has no __init__.py"
        for name in sorted(wanted - set(found))
    ]
    return Result(f"{len(wanted)} packages", problems)


def check_api_modules(subject):
    """Do both files that list the modules of the API list the technique?"""
    modules = [_api_modules(subject, path) for path in edits.API_INITS]
    slug = subject.plan.names.slug
    problems = [
        f"{path}: does not import {slug}"
        for path, found in zip(edits.API_INITS, modules, strict=True)
        if slug not in found
    ]
    if modules[0] != modules[1]:
        problems.append(f"{' and '.join(edits.API_INITS)} do not import the same")
    return Result(", ".join(sorted(modules[0])), problems)


def check_targets(subject):
    """Has each file a target, and each target what its files import?"""
    before = subject.pristine.problems()
    problems = sorted(subject.graph.problems() - before)
    targets = len(subject.graph.targets) - len(subject.pristine.targets)
    return Result(
        f"{targets:+} targets, {len(problems)} problems beside the "
        f"{len(before)} of the checkout itself",
        problems,
    )


def check_wheel(subject):
    """Does the wheel get the technique, all of it, and nothing else?"""
    before, after = subject.pristine.closure(), subject.graph.closure()
    api = posixpath.dirname(subject.plan.names.api)
    core = posixpath.dirname(subject.plan.names.core)
    wanted = {
        file.path
        for file in subject.plan.files
        if file.path.startswith((f"{api}/", f"{core}/"))
        and file.path.endswith(".py")
        and not subject_lib.is_test(file.path)
    }
    problems = [f"{path}: would not be in the wheel" for path in sorted((wanted | before) - after)]
    problems += [f"{path}: would be in the wheel" for path in sorted(after - before - wanted)]
    summary = f"{len(before)} -> {len(after)} files"
    return Result(summary, problems)


def _api_modules(subject, path):
    prefix = f"{names_lib.PACKAGE}.python.core.api"
    return {imported.name for imported in subject.imports_of(path) if imported.module == prefix}
