<% include 'license_header.txt' %>
"""The checks of the documents, by name.

A check is a function of the project's folder that returns a list of problems.
"""

from tools.checks import notebooks

CHECKS = {
  'notebook-format': notebooks.check_format,
}
