"""Shows how far something is: a bar in a terminal, else now and then a line."""

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

import rich.progress

_LINE_EVERY_S = 60.0


@contextlib.contextmanager
def progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to call with how many are done.

    Args:
        what: What is counted, such as 'runs'.
        total: How many there are. Nothing is shown for none.
    """
    last = time.monotonic()

    def show_line(done: int) -> None:
        nonlocal last
        if time.monotonic() >= last + _LINE_EVERY_S:
            last = time.monotonic()
            print(f"{done} of {total} {what}", flush=True)

    # Not rich's answer: where colours are asked for, that is a terminal for each file.
    if not total or not sys.stdout.isatty():
        yield show_line
        return
    columns = rich.progress.Progress.get_default_columns()
    shown = (*columns[:-1], rich.progress.MofNCompleteColumn(), columns[-1])
    with rich.progress.Progress(*shown) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done: bar.update(task, completed=done)
