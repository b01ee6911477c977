<% include 'license_header.txt' %>
"""A technique for the TensorFlow Model Optimization Toolkit."""

from <<cookiecutter.__package>> import keras

__version__ = '0.1.0'
