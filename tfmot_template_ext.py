"""The Jinja extension that Cookiecutter loads. What it does lies in `tfmot_template_rules`.

Keep this file as it is. `cruft update` renders the old version of the template and then the
new one in one process; Python imports this module once and goes on with the old version's.
So all that may change is imported anew, from the folder of the template that is rendered.
"""

import importlib
import sys
from pathlib import Path
from types import ModuleType

from jinja2 import Environment
from jinja2.ext import Extension

_RULES = "tfmot_template_rules"


class TechniqueExtension(Extension):
    """Sets up an environment of Cookiecutter's as the template's own code says."""

    def __init__(self, environment: Environment) -> None:
        """Sets up a Jinja environment of Cookiecutter's."""
        super().__init__(environment)
        root = _template_root()
        _load_rules(root).install(environment, root)


def _template_root() -> Path:
    """Returns the folder of the template that is being rendered.

    Python imports this module once, but a process can render several copies of the
    template (`cruft` clones it anew for each command). Cookiecutter and cruft append
    the copy that they are at to the module search path.
    """
    for entry in reversed(sys.path):
        folder = Path(entry).resolve()
        if (folder / _RULES).is_dir() and (folder / "cookiecutter.json").is_file():
            return folder
    return Path(__file__).resolve().parent


_loaded: dict[str, object] = {}


def _load_rules(root: Path) -> ModuleType:
    """Imports the rules that lie in a template's folder, as they are now."""
    files = sorted((root / _RULES).glob("*.py"))
    stamp = [(file, file.stat().st_mtime_ns, file.stat().st_size) for file in files]
    if _loaded.get("stamp") != stamp:
        for name in [name for name in sys.modules if name.split(".")[0] == _RULES]:
            del sys.modules[name]
        importlib.invalidate_caches()
        writes_bytecode = sys.dont_write_bytecode
        sys.dont_write_bytecode = True  # leaves no files in the user's copy
        sys.path.insert(0, str(root))
        try:
            module = importlib.import_module(f"{_RULES}.extension")
        finally:
            sys.path.remove(str(root))
            sys.dont_write_bytecode = writes_bytecode
        _loaded.update(stamp=stamp, module=module)
    return _loaded["module"]  # type: ignore[return-value]
