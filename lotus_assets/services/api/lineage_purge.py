"""Keeps the lineage within its days and its size while the API runs."""

import asyncio
import logging

from lotus_assets.services.api.lineage_store import LineageStore

LOGGER = logging.getLogger("lotus.api")
PURGE_SECONDS = 3600
SHARE = 16
"""A purge comes as soon as this part of the size that is allowed has been written anew."""


class LineagePurge:
    """Removes old lineage every hour, and sooner where much of it is written."""

    def __init__(self, store: LineageStore) -> None:
        """Nothing has been written yet."""
        self._store = store
        self._written = 0
        self._is_due = asyncio.Event()

    def note(self, size: int) -> None:
        """So many bytes have been written."""
        self._written += size
        if self._written >= self._store.most_bytes // SHARE:
            self._is_due.set()

    async def purge_for_ever(self) -> None:
        """Purge until it is cancelled."""
        while True:
            self._written = 0
            self._is_due.clear()
            try:
                gone = await asyncio.to_thread(self._store.purge)
            except OSError:
                LOGGER.exception("old lineage cannot be removed from %s", self._store.folder)
            else:
                if gone:
                    LOGGER.info("the lineage of %d calculations has expired", gone)
            try:
                async with asyncio.timeout(PURGE_SECONDS):
                    await self._is_due.wait()
            except TimeoutError:
                continue
