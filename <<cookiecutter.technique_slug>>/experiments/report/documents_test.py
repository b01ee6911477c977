<% include 'license_header.txt' %>
"""Tests for documents."""

import pathlib

import pytest

from experiments.report import documents

_BLOCKS = {'tables': '| all |\n', 'summary': 'short'}
_TEXT = """# Title

<!-- results: begin tables -->
old
<!-- results: end -->
after
"""


def _render(text):
  return documents.render('rfcs/a.md', text, _BLOCKS)


def test_replaces_what_is_between_markers_alone():
  assert (
    _render(_TEXT)
    == """# Title

<!-- results: begin tables -->

| all |

<!-- results: end -->
after
"""
  )


def test_rendering_again_changes_nothing():
  assert _render(_render(_TEXT)) == _render(_TEXT)


@pytest.mark.parametrize(
  'outside', ['\n\n  spaces \t\n', 'no line end', 'form\x0cfeed\u2028x\n', '']
)
def test_text_outside_stays_as_it_is(outside):
  before = 'first\x0b\x1c\u0085\n\n\n'

  result = _render(before + _TEXT + outside)

  assert result.startswith(before)
  assert result.endswith('after\n' + outside)


def test_two_blocks():
  text = _TEXT + _TEXT.replace('tables', 'summary')

  assert '| all |' in _render(text)
  assert 'short' in _render(text)


@pytest.mark.parametrize(
  'text, message',
  [
    ('nothing\n', 'a.md: has no block for results; add a line'),
    (_TEXT + _TEXT, "a.md:9: a second block 'tables'; remove one"),
    (_TEXT.replace('<!-- results: end -->', ''), "block 'tables' has no end"),
    ('<!-- results: end -->\n', 'a.md:1: .* does not fit here'),
    (_TEXT + '<!-- results: end -->\n', 'a.md:7: .* does not fit here'),
    (
      _TEXT.replace('old', '<!-- results: begin summary -->'),
      'a.md:4: .* does not fit here',
    ),
    (_TEXT.replace('begin tables', 'begin'), 'a.md:3: .* does not fit here'),
    (_TEXT.replace('<!-- results: b', ' <!--results: b'), 'a.md:3: .* not fit'),
    (_TEXT.replace('tables', 'table'), "unknown block 'table'; there are"),
  ],
)
def test_wrong_markers_are_one_line(text, message):
  with pytest.raises(documents.DocumentError, match=message) as caught:
    _render(text)

  assert '\n' not in str(caught.value)


@pytest.mark.parametrize(
  'content, message',
  [
    (_TEXT.replace('\n', '\r\n').encode(), 'line ends other than LF'),
    (b'\xff\xfe', 'is not UTF-8'),
  ],
)
def test_files_that_are_not_read(tmp_path, content, message):
  path = tmp_path / 'a.md'
  path.write_bytes(content)

  with pytest.raises(documents.DocumentError, match=f'^a.md: .*{message}'):
    documents.read(path, 'a.md')


def test_finds_documents_by_patterns(tmp_path):
  for name in ('rfcs/20260101-x-design.md', 'README.md', 'other.md'):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).touch()

  found = [path.relative_to(tmp_path) for path in documents.find(tmp_path)]

  assert [path.as_posix() for path in found] == [
    'README.md',
    'rfcs/20260101-x-design.md',
  ]


def test_links_are_relative_to_the_document():
  link = documents.link('p/g3doc/guide/x/index.md', 'p/results/report/a b.svg')

  assert link == '../../../results/report/a%20b.svg'


def test_the_documents_of_this_project_have_valid_blocks():
  root = pathlib.Path(__file__).parents[2]

  found = documents.find(root)

  assert found
  for path in found:
    name = path.relative_to(root)
    names = [n for n, _ in documents.split(name, documents.read(path, name))]
    assert {name for name in names if name} <= set(_BLOCKS)
