<% include 'license_header.txt' %>
"""Runs the tests with Keras 2, as TFMOT's own, unless TF_USE_LEGACY_KERAS=0."""

import os

os.environ.setdefault('TF_USE_LEGACY_KERAS', '1')
