<% include 'license_header.txt' %>
"""Checks the documents: `python -m tools.checks [NAME ...]`."""

import argparse
import sys

import tools
from tools import checks


def _create_parser():
  parser = argparse.ArgumentParser(
    prog='python -m tools.checks', description=__doc__.splitlines()[0]
  )
  parser.add_argument(
    'names',
    nargs='*',
    metavar='NAME',
    help=f'by default all of {", ".join(checks.CHECKS)}',
  )
  return parser


def main(arguments=None):
  """Runs checks and prints what they find. Returns the exit status."""
  parser = _create_parser()
  options = parser.parse_args(arguments)
  names = options.names or list(checks.CHECKS)
  for name in names:
    if name not in checks.CHECKS:
      parser.error(f'no check {name!r}; there are {", ".join(checks.CHECKS)}')
  try:
    problems = [p for name in names for p in checks.CHECKS[name](tools.ROOT)]
  except ModuleNotFoundError as error:
    print(
      f"Error: {error.name} is missing; pip install -e '.[docs]'",
      file=sys.stderr,
    )
    return 1
  for problem in problems:
    print(problem)
  print(f'{len(problems)} problems in {len(names)} checks.')
  return min(len(problems), 1)


if __name__ == '__main__':
  sys.exit(main())
