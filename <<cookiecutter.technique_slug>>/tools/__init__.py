<% include 'license_header.txt' %>
"""Commands for the documents and the way to upstream."""

import os
import pathlib

# TensorFlow tells about the machine otherwise.
os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')

# The project's folder, which the commands work on.
ROOT = pathlib.Path(__file__).resolve().parents[1]
