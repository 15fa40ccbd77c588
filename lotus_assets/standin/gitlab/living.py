"""A sample organisation that lives on: its state is brought up to now while it is served."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from lotus_assets.standin.gitlab.store import Store

REFRESH_SECONDS = 60

log = logging.getLogger(__name__)


@dataclass
class LivingStore:
    """Gives the newest state that was built, and has a newer one built in the background.

    Called for every request, so it never waits: who asks while a newer state is being built gets
    the one before.
    """

    build: Callable[[], Store]
    first: Store
    refresh_seconds: float = REFRESH_SECONDS
    clock: Callable[[], float] = time.monotonic
    _store: Store = field(init=False)
    _built_at: float = field(init=False)
    _building: threading.Thread | None = None

    def __post_init__(self) -> None:
        """Begin with the first state."""
        self._store = self.first
        self._built_at = self.clock()

    def __call__(self) -> Store:
        """The state to answer from."""
        is_old = self.clock() - self._built_at >= self.refresh_seconds
        if is_old and (self._building is None or not self._building.is_alive()):
            self._building = threading.Thread(target=self._rebuild, daemon=True)
            self._building.start()
        return self._store

    def wait(self) -> None:
        """Wait for a state that is being built, if any."""
        if self._building is not None:
            self._building.join()

    def _rebuild(self) -> None:
        try:
            self._store = self.build()
        except Exception:
            log.exception("the sample organisation could not be brought up to now; serving the old")
        self._built_at = self.clock()
