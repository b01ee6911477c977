"""Where a project gets the kit from: the place that its layout came from."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from cookiecutter.config import get_user_config
from cookiecutter.repository import expand_abbreviations, is_repo_url, is_zip_file

_FOLDER = "kit"

# These serve a repository under its address with ".git" and without.
_HOSTS = {"github.com", "gitlab.com", "bitbucket.org"}


def requirement(context: Mapping[str, Any], root: Path, place: Path) -> str:
    """Returns the requirement of the kit that belongs to a project.

    A repository is pinned to the tag of the template's version. A folder or an archive of
    this machine is named by its address here. Names and passwords for the web are left out.

    Args:
        context: The answers, and what Cookiecutter and cruft add to them: `_template` is the
            source as the user named it; `_repo_dir` comes from Cookiecutter alone.
        root: The folder of the template that is rendered.
        place: The user's working directory, from where a relative path leads.
    """
    source = expand_abbreviations(context["_template"], get_user_config()["abbreviations"])
    if is_zip_file(source):
        archive = source if is_repo_url(source) else (place / Path(source).expanduser()).as_uri()
        return f"tfmot-technique-kit @ {_address(archive)}#subdirectory={_FOLDER}"
    folder = _folder(source, root if "_repo_dir" in context else None)
    if folder and (folder / _FOLDER).is_dir():
        return f"tfmot-technique-kit @ {(folder / _FOLDER).as_uri()}"
    address = folder.as_uri() if folder else _address(source)  # a folder: a bare repository
    version = context["_template_version"]
    return f"tfmot-technique-kit @ git+{address}@{version}#subdirectory={_FOLDER}"


def _folder(source: str, root: Path | None) -> Path | None:
    """Returns the folder of this machine that a source names, or None.

    Args:
        source: A path, or an address, also in the short form of ssh.
        root: The template's folder, if the source is a path that Cookiecutter resolved: it
            takes the names of repositories that it cloned before, too.
    """
    if source.startswith("file:"):
        return Path(unquote(urlsplit(source).path)).resolve()
    if is_repo_url(source):
        return None
    folder = root or Path(source).expanduser()
    return folder.resolve() if folder.exists() else None


def _address(source: str) -> str:
    """Returns the URL of a source, without what somebody logs in with."""
    source = source.removeprefix("git+").rstrip("/")
    if "://" not in source:  # user@host:path
        source = "ssh://" + re.sub(":/?", "/", source, count=1)
    scheme, place, path, *_ = urlsplit(source)
    user, _, host = place.rpartition("@")
    if scheme == "ssh" and user:
        host = f"{user.partition(':')[0]}@{host}"
    if host in _HOSTS:
        path = path.removesuffix(".git")
    return urlunsplit((scheme, host, quote(path, safe="/%:@+"), "", ""))
