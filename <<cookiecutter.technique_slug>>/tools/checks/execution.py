<% include 'license_header.txt' %>
"""Checks that the notebooks run, as their tests do."""

import re

from tools.checks import commands
from tools.checks.problem import Problem

_FAILED = re.compile(
  r'(?:FAILED|ERROR) ([^:\s]+)(?:::\S*?(\[.*?\]))?(?: - (.*))?'
)


def check_execution(root):
  """Runs the notebooks from top to bottom, without network.

  Args:
    root: The project's folder, a path.

  Returns:
    A list of problems.
  """
  found = commands.run(root, 'pytest', '-m', 'notebook', '-rfE', 'g3doc')
  lines = map(_FAILED.match, found.stdout.splitlines())
  problems = [
    Problem(line[1], None, f'{line[2] or ""} {line[3] or "failed"}'.strip())
    for line in lines
    if line
  ]
  if found.returncode and not problems:
    problems.append(Problem('g3doc', None, commands.last(found)))
  return problems
