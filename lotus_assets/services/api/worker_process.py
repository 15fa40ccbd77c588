"""What runs in a worker process: calculations, one at a time, within the memory of a worker."""

import logging
import math
import multiprocessing
import os
import resource
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import psutil

from lotus_assets.services.api import calculating
from lotus_assets.services.api.bodies import Body
from lotus_assets.services.api.calculating import HttpAnswer
from lotus_assets.services.api.lineage_details import detail_frames, written
from lotus_assets.services.api.lineage_store import LineageStore
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.settings import ApiSettings

MEBIBYTE = 1024 * 1024
RESERVE = 48 * MEBIBYTE

_operations: Mapping[str, Operation] = {}
_settings: ApiSettings
_free_bytes = math.inf
"""What requests may take beside what the worker itself needs."""


def start(operations: Mapping[str, Operation], settings: ApiSettings) -> None:
    """What a worker keeps while it lives: not longer than the API, even if that is killed."""
    global _operations, _settings, _free_bytes
    threading.Thread(target=_end_with_the_api, daemon=True).start()
    _operations, _settings = operations, settings
    logging.basicConfig(level=settings.lotus_api_log_level, format="%(name)s %(message)s")
    if sys.platform == "linux":
        _free_bytes = _bound_memory(settings.lotus_api_worker_megabytes * MEBIBYTE)


def _end_with_the_api() -> None:
    """End this process when the API has ended: a pool whose owner is killed lives on for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _bound_memory(most: int) -> int:
    """Let what is resident grow to `most` bytes, and fail with MemoryError beyond it; the growth.

    The kernel bounds what is mapped: libraries map more for their threads than they ever use, which
    is left out of account; what becomes resident of their code is in the reserve.
    """
    used = psutil.Process().memory_info()
    free = max(most - RESERVE - used.rss, 0)
    resource.setrlimit(resource.RLIMIT_DATA, (used.data + free, used.data + free))
    return free


def identifier() -> int:
    """Number of the worker's process, once it has imported what it needs."""
    return os.getpid()


def calculate(name: str, body: Body, headers: Mapping[str, str]) -> HttpAnswer:
    """The answer of an operation to a body."""
    content = body.read_bytes() if isinstance(body, Path) else body
    return calculating.answer(_operations[name], content, headers, _settings, _free_bytes)


def detail(calculation_id: str, name: str, form: str, period: str | None) -> bytes:
    """A table of the lineage (its rows of a period), as `csv` or `json`: see `detail_frames`."""
    store = LineageStore.of(_settings)
    frames = detail_frames(store, _operations, calculation_id, name, period)
    return b"".join(written(frames, form))
