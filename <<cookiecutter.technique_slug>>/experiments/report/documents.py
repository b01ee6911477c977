<% include 'license_header.txt' %>
"""Renders results into documents, between markers.

    <!-- results: begin tables -->
    <!-- results: end -->

What is between them is replaced, and all else stays as it is. `tables` stands
for all tables and plots, `summary` for a short table.
"""

import io
import os
import pathlib
import re
import urllib.parse

# Where results belong. Names are patterns, because RFCs get the date of their
# submission as a prefix. A document that is not there needs none.
DOCUMENTS = (
  'README.md',
  'rfcs/*.md',
  'g3doc/guide/*/index.md',
  'blog/*.md',
)

_BEGIN = re.compile(r'<!-- results: begin (\w+) -->')
_END = '<!-- results: end -->'
_ANY = re.compile(r'<!--\s*results\s*:')


class DocumentError(ValueError):
  """A document cannot be rendered; the message says why in one line."""


def find(root, patterns=DOCUMENTS):
  """Returns the documents that there are.

  Args:
    root: The project's folder, a path.
    patterns: Paths relative to it, with wildcards.

  Returns:
    A sorted list of paths.
  """
  root = pathlib.Path(root)
  return sorted({path for pattern in patterns for path in root.glob(pattern)})


def read(path, name):
  """Returns the text of a document.

  Args:
    path: Its path.
    name: What messages call it.

  Raises:
    DocumentError: If it is not UTF-8, or its lines do not end with LF.
  """
  try:
    text = pathlib.Path(path).read_bytes().decode()
  except UnicodeDecodeError as error:
    raise DocumentError(f'{name}: is not UTF-8; save it as UTF-8.') from error
  if '\r' in text:
    raise DocumentError(
      f'{name}: has line ends other than LF; save it with LF alone.'
    )
  return text


def split(document, text):
  """Splits a document at its markers.

  Args:
    document: What messages call it.
    text: Its content.

  Returns:
    A list of pairs of a block's name and lines with their ends. The name is
    None for lines outside of blocks, which include the markers.

  Raises:
    DocumentError: If there is no block, two of the same name, or a marker that
      is not where it has to be.
  """
  parts = [(None, [])]
  names = set()
  for number, line in enumerate(io.StringIO(text), 1):
    name = parts[-1][0]
    begin = _BEGIN.fullmatch(line.rstrip('\n'))
    is_end = line.rstrip('\n') == _END
    if begin and name is None and begin[1] not in names:
      names.add(begin[1])
      parts[-1][1].append(line)
      parts.append((begin[1], []))
    elif is_end and name is not None:
      parts.append((None, [line]))
    elif begin and name is None:
      raise DocumentError(
        f'{document}:{number}: a second block {begin[1]!r}; remove one of them.'
      )
    elif _ANY.search(line):
      raise DocumentError(
        f'{document}:{number}: {line.strip()!r} does not fit here; a '
        f'block is a line "<!-- results: begin NAME -->" and a line "{_END}".'
      )
    else:
      parts[-1][1].append(line)
  if parts[-1][0] is not None:
    raise DocumentError(
      f'{document}: the block {parts[-1][0]!r} has no end; add a line "{_END}".'
    )
  if not names:
    raise DocumentError(
      f'{document}: has no block for results; add a line "<!-- results: begin '
      f'tables -->" and a line "{_END}".'
    )
  return parts


def render(document, text, blocks):
  """Returns a document with its blocks filled in.

  Args:
    document: What messages call it.
    text: Its content.
    blocks: Dict from a block's name to its Markdown.

  Raises:
    DocumentError: As in `split`, and if a block has an unknown name.
  """
  result = []
  for name, lines in split(document, text):
    if name is None:
      result += lines
    elif name in blocks:
      result.append(f'\n{blocks[name].strip()}\n\n')
    else:
      raise DocumentError(
        f'{document}: unknown block {name!r}; there are {", ".join(blocks)}.'
      )
  return ''.join(result)


def link(document, target):
  """Returns the address of a file as seen from a document.

  Args:
    document: The document's path.
    target: The file's path.
  """
  folder = os.path.relpath(target, pathlib.Path(document).parent)
  return urllib.parse.quote(pathlib.Path(folder).as_posix())
