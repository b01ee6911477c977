<% include 'license_header.txt' %>
"""The public API for Keras models, one import per symbol."""

# isort: off
# fmt: off
# ruff: noqa: E501
from <<cookiecutter.__package>>.keras.algorithm import <<cookiecutter.__camel>>Algorithm
from <<cookiecutter.__package>>.keras.base_algorithm import Algorithm
from <<cookiecutter.__package>>.keras.callbacks import <<cookiecutter.__camel>>Summaries
from <<cookiecutter.__package>>.keras.callbacks import Update<<cookiecutter.__camel>>Step
from <<cookiecutter.__package>>.keras.custom_layer import <<cookiecutter.__able_camel>>Layer
from <<cookiecutter.__package>>.keras.policy import <<cookiecutter.__camel>>Policy
from <<cookiecutter.__package>>.keras.policy import AllOf
from <<cookiecutter.__package>>.keras.policy import OnlyLayers
from <<cookiecutter.__package>>.keras.policy import SkipFirstAndLastLayers
from <<cookiecutter.__package>>.keras.policy import SkipUnsupportedLayers
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.__entry>>
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.technique_slug>>_scope
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import strip_<<cookiecutter.technique_slug>>
from <<cookiecutter.__package>>.keras.registry import <<cookiecutter.__camel>>Registry
from <<cookiecutter.__package>>.keras.report import <<cookiecutter.__camel>>Report
from <<cookiecutter.__package>>.keras.report import report_<<cookiecutter.technique_slug>>
from <<cookiecutter.__package>>.keras.schedule import <<cookiecutter.__camel>>Schedule
from <<cookiecutter.__package>>.keras.schedule import Constant<<cookiecutter.__level_camel>>
from <<cookiecutter.__package>>.keras.schedule import PolynomialDecay
from <<cookiecutter.__package>>.keras.wrapper import <<cookiecutter.__wrapper>>
from <<cookiecutter.__package>>.keras.wrapper import collect_<<cookiecutter.__able>>_layers
