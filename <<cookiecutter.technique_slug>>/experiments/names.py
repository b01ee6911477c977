<% include 'license_header.txt' %>
"""Names of the technique, for code that does not need TensorFlow."""

SLUG = '<<cookiecutter.technique_slug>>'
KIND = '<<cookiecutter.technique_kind>>'
LEVEL = '<<cookiecutter.__level>>'
PACKAGE = '<<cookiecutter.__package>>'
DISTRIBUTION = '<<cookiecutter.__distribution>>'
