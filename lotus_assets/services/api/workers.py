"""The processes that calculate: a pool that is started again when one of them dies."""

import asyncio
import json
import logging
import multiprocessing
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from lotus_assets.services.api import calculating
from lotus_assets.services.api.calculating import Outcome
from lotus_assets.services.api.lineage_store import LineageStore
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.settings import ApiSettings

LOGGER = logging.getLogger("lotus.workers")
Result = TypeVar("Result")

_operations: Mapping[str, Operation] = {}
_settings: ApiSettings


def _start(operations: Mapping[str, Operation], settings: ApiSettings) -> None:
    """What a worker keeps while it lives."""
    global _operations, _settings
    _operations, _settings = operations, settings
    logging.basicConfig(level=settings.lotus_api_log_level, format="%(name)s %(message)s")


def _ready() -> bool:
    return bool(_operations)


def _calculate(name: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
    return calculating.answer(_operations[name], body, headers, _settings)


def _detail(calculation_id: str, name: str, form: str) -> bytes:
    store = LineageStore(_settings.lineage_folder, _settings.lotus_api_lineage_days)
    frame = store.detail(calculation_id, name)
    for column in frame.select_dtypes("datetime"):
        frame[column] = frame[column].dt.strftime("%Y-%m-%d")
    if form == "csv":
        return frame.to_csv(index=False, lineterminator="\r\n").encode()
    rows = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return json.dumps(rows, default=str, allow_nan=False).encode()


class Workers:
    """Calculations beside the event loop, `settings.lotus_api_workers` at once."""

    def __init__(self, operations: Mapping[str, Operation], settings: ApiSettings) -> None:
        """Nothing is started yet."""
        self._operations, self._settings = operations, settings
        self._pool: ProcessPoolExecutor | None = None
        self.is_ready = False

    async def start(self) -> None:
        """Start the processes and wait until they have imported what they need."""
        self._pool = self._new_pool()
        count = self._settings.lotus_api_workers
        loop = asyncio.get_running_loop()
        await asyncio.gather(*(loop.run_in_executor(self._pool, _ready) for _ in range(count)))
        self.is_ready = True

    def stop(self) -> None:
        """End the processes; what they calculate is given up."""
        self.is_ready = False
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    async def calculate(self, name: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """The answer of the operation `name`."""
        try:
            return await self._run(_calculate, name, body, headers)
        except BrokenProcessPool:
            LOGGER.exception("a worker died on %s", name)
            return calculating.internal_error(headers.get("X-Correlation-Id", ""))

    async def detail(self, calculation_id: str, name: str, form: str) -> bytes:
        """A table of the lineage, as `csv` or `json`.

        Raises:
            UnknownCalculation, UnknownDetail, UnreadableLineage: see `LineageStore`.
        """
        return await self._run(_detail, calculation_id, name, form)

    async def _run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        pool = self._pool
        if pool is None:
            raise RuntimeError("the workers have not been started")
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, function, *arguments)
        except BrokenProcessPool:
            # One request must not take the service down: the next one meets new processes.
            if self._pool is pool:
                self._pool = self._new_pool()
            raise

    def _new_pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._settings.lotus_api_workers,
            # Threads run here: a fork would copy their locks.
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_start,
            initargs=(self._operations, self._settings),
        )
