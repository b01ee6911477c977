<% include 'license_header.txt' %>
"""The files that are checked."""

import os
import pathlib

# What tools and environments leave in a project.
_LEFT_OUT = ['__pycache__', 'build', 'dist', 'artifacts', 'logs']


def find(root, *suffixes):
  """Returns the project's files with one of some suffixes.

  Args:
    root: The project's folder, a path.
    *suffixes: Such as '.md'.

  Returns:
    A sorted list of paths. Environments, caches and what tools build are left
    out.
  """
  found = []
  for folder, folders, names in os.walk(root):
    folders[:] = [
      name
      for name in folders
      if not name.startswith('.')
      and name not in _LEFT_OUT
      and not pathlib.Path(folder, name, 'pyvenv.cfg').exists()
    ]
    paths = (pathlib.Path(folder, name) for name in names)
    found += [path for path in paths if path.suffix in suffixes]
  return sorted(found)


def name_of(root, path):
  """Returns a file's path relative to the project's folder, with slashes."""
  return pathlib.Path(path).relative_to(root).as_posix()
