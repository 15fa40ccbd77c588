"""Whether SIGINT or SIGTERM came, even where the exception that it raised was lost.

A signal raises wherever the interpreter is: in the callback of a weak reference, or in a
destructor, Python prints the exception and goes on. So each is noted as well, and looked for
between steps.
"""

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

_notes: list[socket.socket] = []
"""Where the interpreter writes the numbers of signals, the latest context last."""


@contextmanager
def noted_interrupts() -> Iterator[None]:
    """Note signals that Python handles while the context lasts; in the main thread."""
    reading, writing = socket.socketpair()
    with reading, writing:
        for end in (reading, writing):
            end.setblocking(False)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        _notes.append(reading)
        try:
            yield
        finally:
            _notes.pop()
            signal.set_wakeup_fd(before)


def was_interrupted() -> bool:
    """Whether SIGINT or SIGTERM came since the context began; False outside of one."""
    if not _notes:
        return False
    try:
        noted = _notes[-1].recv(4096, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    return bool({signal.SIGINT, signal.SIGTERM}.intersection(noted))
