<% include 'license_header.txt' %>
"""Commands for the documents and the way to upstream."""

import functools
import os
import pathlib
import sys

# TensorFlow tells about the machine otherwise.
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')

# The project's folder, which the commands work on.
ROOT = pathlib.Path(__file__).resolve().parents[1]


def command(main):
  """Has a command end in silence when its reader, such as `head`, has enough.

  Args:
    main: Function that prints, and returns the exit status.

  Returns:
    A function that is called likewise.
  """

  @functools.wraps(main)
  def run(*arguments, **options):
    try:
      status = main(*arguments, **options)
      sys.stdout.flush()
      return status
    except BrokenPipeError:
      # Python would write the rest, and complain, once more at its end.
      os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
      return 1

  return run
