<% include 'license_header.txt' %>
"""Commands for the documents and the way to upstream."""

import pathlib

# The project's folder, which the commands work on.
ROOT = pathlib.Path(__file__).resolve().parents[1]
