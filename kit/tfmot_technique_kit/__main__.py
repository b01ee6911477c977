"""Runs the command `technique`, for processes that know the interpreter alone."""

from tfmot_technique_kit.cli import main

main()
