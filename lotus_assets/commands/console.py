"""Where commands print what is not their result."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper

from rich.console import Console


@contextmanager
def console_on_stderr() -> Iterator[Console]:
    """A console on what is stderr now: Dagster takes the streams over while a step runs."""
    descriptor = os.dup(sys.stderr.fileno())
    with TextIOWrapper(os.fdopen(descriptor, "wb", buffering=0), write_through=True) as stream:
        yield Console(file=stream)
