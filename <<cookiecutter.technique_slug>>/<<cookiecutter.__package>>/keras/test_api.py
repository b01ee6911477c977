<% include 'license_header.txt' %>
"""Short names for what tests use of this technique."""

from <<cookiecutter.__package>>.keras import callbacks
from <<cookiecutter.__package>>.keras import schedule
from <<cookiecutter.__package>>.keras import wrapper

# ruff: noqa: E501, F401
# isort: off
# fmt: off
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.__entry>> as apply
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import <<cookiecutter.technique_slug>>_scope as scope
from <<cookiecutter.__package>>.keras.<<cookiecutter.__entry>> import strip_<<cookiecutter.technique_slug>> as strip
# fmt: on
# isort: on

UpdateStep = callbacks.Update<<cookiecutter.__camel>>Step
Schedule = schedule.<<cookiecutter.__camel>>Schedule
Constant = schedule.Constant<<cookiecutter.__level_camel>>
Wrapper = wrapper.<<cookiecutter.__wrapper>>
collect = wrapper.collect_<<cookiecutter.__able>>_layers
