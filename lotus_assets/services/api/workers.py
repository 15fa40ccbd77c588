"""The processes that calculate; one that dies is replaced."""

import asyncio
import logging
import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from lotus_assets.services.api import calculating
from lotus_assets.services.api.calculating import HttpAnswer
from lotus_assets.services.api.lineage_details import detail_frames, written
from lotus_assets.services.api.lineage_store import LineageStore
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.settings import ApiSettings

LOGGER = logging.getLogger("lotus.workers")
Result = TypeVar("Result")

_operations: Mapping[str, Operation] = {}
_settings: ApiSettings


def _start(operations: Mapping[str, Operation], settings: ApiSettings) -> None:
    """What a worker keeps while it lives: not longer than the API, even if that is killed."""
    global _operations, _settings
    threading.Thread(target=_end_with_the_api, daemon=True).start()
    _operations, _settings = operations, settings
    logging.basicConfig(level=settings.lotus_api_log_level, format="%(name)s %(message)s")


def _end_with_the_api() -> None:
    """End this process when the API has ended: a pool whose owner is killed lives on for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ready() -> bool:
    return bool(_operations)


def _calculate(name: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
    return calculating.answer(_operations[name], body, headers, _settings)


def _detail(calculation_id: str, name: str, form: str, period: str | None) -> bytes:
    store = LineageStore(_settings.lineage_folder, _settings.lotus_api_lineage_days)
    frames = detail_frames(store, _operations, calculation_id, name, period)
    return b"".join(written(frames, form))


class Workers:
    """Calculations beside the event loop, `settings.lotus_api_workers` at once.

    Each process is a pool of its own: of a pool of several, one that dies takes all requests of
    the others with it.
    """

    def __init__(self, operations: Mapping[str, Operation], settings: ApiSettings) -> None:
        """Nothing is started yet."""
        self._operations, self._settings = operations, settings
        self._free: asyncio.Queue[ProcessPoolExecutor] = asyncio.Queue()
        self._living: set[ProcessPoolExecutor] = set()
        self.is_ready = False

    async def start(self) -> None:
        """Start the processes and wait until they have imported what they need."""
        workers = [self._new_worker() for _ in range(self._settings.lotus_api_workers)]
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(worker, _ready) for worker in workers))
        for worker in workers:
            self._free.put_nowait(worker)
        self.is_ready = True

    def stop(self) -> None:
        """End the processes; what they calculate is given up."""
        self.is_ready = False
        for worker in self._living:
            worker.shutdown(wait=True, cancel_futures=True)

    async def calculate(self, name: str, body: bytes, headers: Mapping[str, str]) -> HttpAnswer:
        """The answer of the operation `name`."""
        try:
            return await self._run(_calculate, name, body, headers)
        except BrokenProcessPool:
            correlation_id = headers.get("X-Correlation-Id", "")
            LOGGER.error("%s killed its worker twice, correlation %s", name, correlation_id)
            return calculating.internal_error(correlation_id)

    async def detail(self, calculation_id: str, name: str, form: str, period: str | None) -> bytes:
        """A table of the lineage (its rows of a period), as `csv` or `json`.

        Raises:
            UnknownCalculation, UnknownDetail, UnreadableLineage, UnknownPeriod: see
                `detail_frames`.
            BrokenProcessPool: reading it killed its worker twice.
        """
        return await self._run(_detail, calculation_id, name, form, period)

    async def _run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result, of the first process that is free.

        One that died, idle or at work, is replaced, and the work is done again by the new one: it
        changes nothing, so that doing it twice does no harm.

        Raises:
            BrokenProcessPool: the new process died too: the work is what kills it.
        """
        worker = await self._free.get()
        loop = asyncio.get_running_loop()
        try:
            try:
                return await loop.run_in_executor(worker, function, *arguments)
            except BrokenProcessPool:
                LOGGER.warning("a worker died and is replaced")
                worker = self._instead_of(worker)
            try:
                return await loop.run_in_executor(worker, function, *arguments)
            except BrokenProcessPool:
                worker = self._instead_of(worker)
                raise
        finally:
            self._free.put_nowait(worker)

    def _instead_of(self, dead: ProcessPoolExecutor) -> ProcessPoolExecutor:
        self._living.discard(dead)
        dead.shutdown(wait=False)
        return self._new_worker()

    def _new_worker(self) -> ProcessPoolExecutor:
        worker = ProcessPoolExecutor(
            max_workers=1,
            # Threads run here: a fork would copy their locks.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(self._operations, self._settings),
        )
        self._living.add(worker)
        return worker
