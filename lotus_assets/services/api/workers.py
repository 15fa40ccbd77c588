"""The processes that calculate; one that dies or runs over its time is replaced."""

import asyncio
import logging
import multiprocessing
import os
import signal
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from lotus_assets.services.api import worker_process
from lotus_assets.services.api.bodies import Body, is_long_work
from lotus_assets.services.api.calculating import HttpAnswer, problem_outcome
from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.settings import ApiSettings
from lotus_assets.services.problems import ErrorCode, ServiceProblem

LOGGER = logging.getLogger("lotus.workers")
Result = TypeVar("Result")


class EndedWorkers(ServiceProblem):
    """Work that ended its worker: by running over its time, or twice by anything else."""

    def __init__(self, detail: str) -> None:
        """Answered SOURCE_UNAVAILABLE."""
        super().__init__(ErrorCode.SOURCE_UNAVAILABLE, detail)


@dataclass(eq=False)
class _Worker:
    """A pool of one process: of a pool of several, one that dies takes the others with it."""

    pool: ProcessPoolExecutor
    process: int = 0

    async def run(self, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result. Raises BrokenProcessPool where the process died."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.pool, function, *arguments)

    async def prepare(self) -> None:
        """Wait until it has imported what it needs."""
        self.process = await self.run(worker_process.identifier)

    def end(self) -> None:
        """End the process whatever it is at."""
        with suppress(ProcessLookupError):
            os.kill(self.process, signal.SIGKILL)


class Workers:
    """Calculations beside the event loop, `settings.lotus_api_workers` at once.

    Requests that may take long (large bodies, or many periods) take at most all workers but one, so
    that they hold up no others.
    """

    def __init__(self, operations: Mapping[str, Operation], settings: ApiSettings) -> None:
        """Nothing is started yet."""
        self._operations, self._settings = operations, settings
        self._free: asyncio.Queue[_Worker] = asyncio.Queue()
        self._long = asyncio.Semaphore(max(settings.lotus_api_workers - 1, 1))
        self._living: set[_Worker] = set()
        self._starting: set[asyncio.Task[None]] = set()
        self.is_ready = False

    async def start(self) -> None:
        """Start the processes and wait until they have imported what they need."""
        count = self._settings.lotus_api_workers
        await asyncio.gather(*(self._add_worker() for _ in range(count)))
        self.is_ready = True

    def stop(self) -> None:
        """End the processes; what they calculate is given up."""
        self.is_ready = False
        for worker in self._living:
            worker.pool.shutdown(wait=True, cancel_futures=True)

    async def calculate(self, name: str, body: Body, headers: Mapping[str, str]) -> HttpAnswer:
        """The answer of the operation `name`."""
        is_long = is_long_work(body)
        try:
            return await self._run(is_long, worker_process.calculate, name, body, headers)
        except EndedWorkers as ended:
            correlation_id = headers.get("X-Correlation-Id", "")
            LOGGER.error("%s: %s, correlation %s", name, ended.detail, correlation_id)
            return problem_outcome(ended, correlation_id)

    async def detail(self, calculation_id: str, name: str, form: str, period: str | None) -> bytes:
        """A table of the lineage (its rows of a period), as `csv` or `json`.

        Raises:
            UnknownCalculation, UnknownDetail, UnreadableLineage, UnknownPeriod: see
                `detail_frames`.
            EndedWorkers: reading it took too long, or ended its worker twice.
        """
        return await self._run(False, worker_process.detail, calculation_id, name, form, period)

    async def _run(self, is_long: bool, function: Callable[..., Result], *arguments: Any) -> Result:
        """The function's result, of the first process that is free.

        One that died, idle or at work, is replaced, and the work is done again by another: it
        changes nothing, so that doing it twice does no harm.

        Raises:
            EndedWorkers: it took longer than a request may, or its second process died too.
        """
        for _ in range(2):
            if is_long:
                await self._long.acquire()
            worker = await self._free.get()
            try:
                result = await self._in_time(worker, function, *arguments)
            except BrokenProcessPool:
                LOGGER.warning("a worker died and is replaced")
                self._replace(worker, is_long)
            except EndedWorkers:
                self._replace(worker, is_long)
                raise
            except BaseException:
                self._give_back(worker, is_long)
                raise
            else:
                self._give_back(worker, is_long)
                return result
        raise EndedWorkers(
            "the request ended its worker twice: ask for fewer rows, groups or periods at once"
        )

    async def _in_time(
        self, worker: _Worker, function: Callable[..., Result], *arguments: Any
    ) -> Result:
        seconds = self._settings.lotus_api_seconds
        work = asyncio.ensure_future(worker.run(function, *arguments))
        done, _ = await asyncio.wait({work}, timeout=seconds)
        if done:
            return work.result()
        worker.end()
        with suppress(BrokenProcessPool):
            await work
        raise EndedWorkers(
            f"the request took a worker for more than {seconds:g} seconds (LOTUS_API_SECONDS): ask "
            "for fewer rows, groups or periods at once"
        )

    def _give_back(self, worker: _Worker, is_long: bool) -> None:
        self._free.put_nowait(worker)
        if is_long:
            self._long.release()

    def _replace(self, ended: _Worker, is_long: bool) -> None:
        """A new worker in place of one that ended; it is free once it is there.

        What long work may take is given back with it: until then there is one worker fewer.
        """
        self._living.discard(ended)
        ended.pool.shutdown(wait=False)

        async def replace() -> None:
            try:
                await self._add_worker()
            finally:
                if is_long:
                    self._long.release()

        task = asyncio.ensure_future(replace())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _add_worker(self) -> None:
        worker = _Worker(
            ProcessPoolExecutor(
                max_workers=1,
                # Threads run here: a fork would copy their locks.
                mp_context=multiprocessing.get_context("spawn"),
                initializer=worker_process.start,
                initargs=(self._operations, self._settings),
            )
        )
        self._living.add(worker)
        await worker.prepare()
        self._free.put_nowait(worker)
