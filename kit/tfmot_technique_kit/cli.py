"""The command `technique`."""

import importlib
import pkgutil
from typing import Any

import click

import tfmot_technique_kit
from tfmot_technique_kit import commands, quiet
from tfmot_technique_kit.errors import UserError


class _Group(click.Group):
    """Shows what the user can fix as one line."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except UserError as error:
            raise click.ClickException(" ".join(str(error).split())) from error
        except BrokenPipeError:
            raise  # click knows it
        except OSError as error:  # no such file, no permission, a full disk
            raise click.ClickException(_explain(error)) from error


def _explain(error: OSError) -> str:
    """Returns what is wrong with a file in one line, as a user says it."""
    if error.strerror is None:
        return " ".join(str(error).split())
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror}."


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(tfmot_technique_kit.__version__)
def main() -> None:
    """Brings a technique for the TensorFlow Model Optimization Toolkit to completion.

    Run it anywhere in the folder of a technique's project.
    """
    quiet.silence_tensorflow()


for _module in pkgutil.iter_modules(commands.__path__):
    _command = importlib.import_module(f"{commands.__name__}.{_module.name}").command
    # Raw docstrings write out the mark of click for a paragraph whose lines stay as they are.
    _command.help = (_command.help or "").replace("\\b\n", "\b\n")
    main.add_command(_command)
