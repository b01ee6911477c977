<% include 'license_header.txt' %>
"""The API of the technique, under the names that the experiments use."""

# isort: off
# fmt: off
# ruff: noqa: E501, F401
from <<cookiecutter.__package>>.keras import <<cookiecutter.__entry>> as apply
from <<cookiecutter.__package>>.keras import <<cookiecutter.technique_slug>>_scope as scope
from <<cookiecutter.__package>>.keras import PolynomialDecay
from <<cookiecutter.__package>>.keras import SkipUnsupportedLayers
from <<cookiecutter.__package>>.keras import strip_<<cookiecutter.technique_slug>> as strip
from <<cookiecutter.__package>>.keras import Update<<cookiecutter.__camel>>Step as UpdateStep
from <<cookiecutter.__package>>.keras import <<cookiecutter.__wrapper>> as Wrapper
# fmt: on
# isort: on
