<% include 'license_header.txt' %>
"""Checks of the notebooks: their format, and the style of tensorflow.org."""

import json

from tools.checks import files
from tools.checks import problem


def check_format(root):
  """Checks that the notebooks are valid by the schema of their format.

  Args:
    root: The project's folder, a path.

  Returns:
    A list of problems.
  """
  import nbformat

  problems = []
  for path in files.find(root, '.ipynb'):
    name = files.name_of(root, path)
    try:
      nbformat.validate(json.loads(path.read_text(encoding='utf-8')))
    except ValueError as error:
      problems.append(problem.Problem(name, None, f'is no JSON: {error}'))
    except nbformat.ValidationError as error:
      message = f'is no valid notebook: {error.message}'
      problems.append(problem.Problem(name, None, message))
  return problems
