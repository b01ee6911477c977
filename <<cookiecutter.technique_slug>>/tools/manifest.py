<% include 'license_header.txt' %>
"""Reads contribution.toml: what the contribution is made of, and where it goes.

    contribution = manifest.load(tools.ROOT)
    for component in contribution.components:
      for file in component.files:
        print(file.path, file.upstream)

It needs no package but `tomli` on Python 3.10.
"""

import collections
import dataclasses
import pathlib
import sys

if sys.version_info >= (3, 11):
  import tomllib
else:
  import tomli as tomllib

NAME = 'contribution.toml'
OWNERS = ('layout', 'contributor')


class ManifestError(ValueError):
  """The manifest cannot be used; the message says why in one line."""


@dataclasses.dataclass(frozen=True)
class Technique:
  """What the project was generated with.

  Attributes:
    name: The technique, as in a title: 'Some Method'.
    title: The same as the heading of a page: 'Some method'.
    slug: The same in code: 'some_method'.
    kind: What it does to a layer, such as 'weight_mask'.
    package: The Python package here, such as 'tfmot_some_method'.
    entry: The function that wraps a model, and the name of its module.
    author: Who wrote it.
    email: Their e-mail address.
    github: Their GitHub user name.
    organization: Who maintains it.
    repository: Web address of this project.
    summary: What the technique does, in one or two sentences.
  """

  name: str
  title: str
  slug: str
  kind: str
  package: str
  entry: str
  author: str
  email: str
  github: str
  organization: str
  repository: str
  summary: str


@dataclasses.dataclass(frozen=True)
class Step:
  """A step of the guidelines for contributing a technique.

  Attributes:
    number: From 1.
    title: What is done in it.
  """

  number: int
  title: str


@dataclasses.dataclass(frozen=True)
class Phase:
  """A pull request of the contribution, in the order of their numbers.

  Attributes:
    number: From 1.
    name: What its files are called.
    title: The title of the pull request, and of its commit. In it and in the
      next, '{title}' is the technique as in a sentence, '{api}' its public API.
    body: What it brings, and what a reviewer has to know.
    checklist: What has to be done before it is sent, tuple of strings.
  """

  number: int
  name: str
  title: str
  body: str
  checklist: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Folder:
  """Where files are.

  Attributes:
    here: The folder, relative to the project's; '.' for that itself.
    upstream: The folder in a checkout of TFMOT, or None if its files stay here.
      One with '{file}' is the path of a file, in which '{date}' stands for the
      day of the export.
  """

  here: str
  upstream: str | None = None

  def path(self, name):
    """Returns the path of a file relative to the project's folder."""
    return pathlib.PurePosixPath(self.here, name).as_posix()

  def path_upstream(self, name):
    """Returns the path of a file in a checkout of TFMOT, or None."""
    if self.upstream is None:
      return None
    if '{file}' in self.upstream:
      return self.upstream.replace('{file}', name)
    return pathlib.PurePosixPath(self.upstream, name).as_posix()


@dataclasses.dataclass(frozen=True)
class File:
  """A file of the contribution.

  Attributes:
    path: Its path relative to the project's folder, with slashes.
    upstream: Its path in a checkout of TFMOT, or None if it stays here. In it,
      '{date}' stands for the day of the export.
  """

  path: str
  upstream: str | None


@dataclasses.dataclass(frozen=True)
class Component:
  """A part of the contribution.

  Attributes:
    name: What code calls it.
    title: What people call it.
    folder: The Folder of its files.
    files: Tuple of File; empty for what a command makes.
    step: Number of the step of the guidelines it belongs to, or None for what
      only serves the others.
    phase: Number of the Phase it is part of, or None if it stays here.
    optional: Whether the contribution is complete without it.
    owner: 'contributor' for what updates of the template leave alone, 'layout'
      for what they bring up to date.
    kinds: The kinds of technique that have it; empty if all have.
    rules: Names of the rules in tools/readiness that say whether it is done.
    made_by: The command that fills its folder, or None.
  """

  name: str
  title: str
  folder: Folder
  files: tuple[File, ...] = ()
  step: int | None = None
  phase: int | None = None
  optional: bool = False
  owner: str = 'layout'
  kinds: tuple[str, ...] = ()
  rules: tuple[str, ...] = ()
  made_by: str | None = None


@dataclasses.dataclass(frozen=True)
class Manifest:
  """All of contribution.toml.

  Attributes:
    technique: The Technique.
    steps: Tuple of Step.
    phases: Tuple of Phase.
    components: Tuple of Component: those that the technique's kind has.
  """

  technique: Technique
  steps: tuple[Step, ...]
  phases: tuple[Phase, ...]
  components: tuple[Component, ...]

  @property
  def files(self):
    """The files of all components, a tuple of File."""
    return tuple(f for part in self.components for f in part.files)

  def component(self, name):
    """Returns the component of a name."""
    return next(part for part in self.components if part.name == name)


def load(root):
  """Reads the manifest of a project.

  Args:
    root: The project's folder, a path.

  Returns:
    A Manifest.

  Raises:
    ManifestError: If there is none, or something in it is wrong.
  """
  try:
    text = pathlib.Path(root, NAME).read_text(encoding='utf-8')
  except (OSError, UnicodeDecodeError) as error:
    raise ManifestError(f'{NAME}: cannot be read: {error}') from error
  return parse(text)


def parse(text):
  """Returns the Manifest that a text describes; raises as `load` does."""
  try:
    data = tomllib.loads(text)
  except tomllib.TOMLDecodeError as error:
    raise ManifestError(f'{NAME}: {error}') from error
  technique = _make(Technique, data.pop('technique', {}), '[technique]')
  steps = tuple(_make(Step, s, '[[step]]') for s in data.pop('step', []))
  phases = tuple(_phase(p) for p in data.pop('phase', []))
  folders = {
    name: _make(Folder, folder, f'[folders.{name}]')
    for name, folder in data.pop('folders', {}).items()
  }
  components = [_component(c, folders) for c in data.pop('component', [])]
  _check(not data, f'has no use for {", ".join(data)}')
  for part in components:
    known = {None, *(step.number for step in steps)}
    _check(part.step in known, f'{part.name} is of no [[step]]: {part.step!r}')
    numbers = {None, *(phase.number for phase in phases)}
    _check(
      part.phase in numbers, f'{part.name} is of no [[phase]]: {part.phase!r}'
    )
    _check(part.owner in OWNERS, f'{part.name} has no owner {part.owner!r}')
  _check_unique('component', [part.name for part in components])
  components = tuple(
    part
    for part in components
    if not part.kinds or technique.kind in part.kinds
  )
  contribution = Manifest(technique, steps, phases, components)
  _check_unique('file', [file.path for file in contribution.files])
  return contribution


def _phase(values):
  return _make(Phase, _with_tuples(values), '[[phase]]')


def _component(values, folders):
  where = f'[[component]] {values.get("name")!r}'
  values = _with_tuples(values)
  name = values.get('folder')
  _check(name in folders, f'{where} is in no [folders]: {name!r}')
  folder = folders[name]
  files = tuple(
    File(folder.path(name), folder.path_upstream(name))
    for name in values.get('files', ())
  )
  return _make(Component, values | {'folder': folder, 'files': files}, where)


def _with_tuples(values):
  return {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}


def _make(cls, values, where):
  fields = dataclasses.fields(cls)
  unknown = values.keys() - {field.name for field in fields}
  _check(not unknown, f'{where} has no key {", ".join(sorted(unknown))}')
  required = [f.name for f in fields if f.default is dataclasses.MISSING]
  missing = [name for name in required if name not in values]
  _check(not missing, f'{where} has to have {", ".join(missing)}')
  return cls(**values)


def _check_unique(what, names):
  twice = [name for name, n in collections.Counter(names).items() if n > 1]
  _check(not twice, f'lists the {what} {", ".join(twice)} twice')


def _check(condition, problem):
  if not condition:
    raise ManifestError(f'{NAME}: {problem}.')
