"""What a run is doing, while it does it: read from Dagster's event log, shown on stderr."""

import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import dagster as dg
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    Task,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Column
from rich.text import Text

INTERVAL_SECONDS = 0.5
"""Between two looks at the event log."""

BAR_WIDTH, STEP_WIDTH = 20, 28


class ShortenedColumn(TextColumn):
    """Text that gives way where the terminal is narrow."""

    def render(self, task: Task) -> Text:
        """The text on one line."""
        text = super().render(task)
        text.no_wrap, text.overflow = True, "ellipsis"
        return text


@dataclass
class RunProgress:
    """Follows one run of `steps` steps until the context ends.

    A terminal gets a bar and the latest message; anything else gets a line for every finished
    step and every message.
    """

    instance: dg.DagsterInstance
    run_id: str
    steps: int
    console: Console
    _over: threading.Event = field(default_factory=threading.Event)
    _cursor: str | None = None
    _started: set[str | None] = field(default_factory=set)

    def __enter__(self) -> Self:
        """Start to follow."""
        self._bar = Progress(
            BarColumn(BAR_WIDTH, table_column=Column(no_wrap=True)),
            MofNCompleteColumn(table_column=Column(no_wrap=True)),
            TimeElapsedColumn(table_column=Column(no_wrap=True)),
            ShortenedColumn(
                "{task.description}", table_column=Column(no_wrap=True, max_width=STEP_WIDTH)
            ),
            # The only one that may be wrapped: so it is the one that is made narrower.
            ShortenedColumn("{task.fields[message]}", table_column=Column()),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task = self._bar.add_task("Starting", total=self.steps, message="")
        self._bar.start()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Show what is left to show, and take the bar away."""
        self._over.set()
        self._thread.join()
        self._bar.stop()

    def _follow(self) -> None:
        while not self._over.wait(INTERVAL_SECONDS):
            self._read()
        self._read()

    def _read(self) -> None:
        page = self.instance.get_records_for_run(self.run_id, cursor=self._cursor, limit=1000)
        self._cursor = page.cursor
        for record in page.records:
            self._show(record.event_log_entry)

    def _show(self, entry: dg.EventLogEntry) -> None:
        event = entry.dagster_event
        if event is None:
            # Dagster also writes why it skips a step; that the step failed before says it.
            if entry.step_key in self._started:
                self._say(entry.step_key, entry.user_message)
        elif event.event_type == dg.DagsterEventType.STEP_START:
            self._started.add(event.step_key)
            self._bar.update(self._task, description=event.step_key, message="")
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            self._bar.advance(self._task)
            seconds = event.step_success_data.duration_ms / 1000
            self._line(f"{event.step_key}: done in {seconds:.1f} s")
        elif event.event_type == dg.DagsterEventType.STEP_FAILURE:
            self._line(f"{event.step_key}: FAILED")
        elif event.event_type == dg.DagsterEventType.STEP_SKIPPED:
            self._line(f"{event.step_key}: skipped")

    def _say(self, step: str | None, message: str) -> None:
        self._bar.update(self._task, message=message)
        self._line(f"{step}: {message}")

    def _line(self, text: str) -> None:
        if not self.console.is_terminal:
            self.console.print(text, markup=False, highlight=False, soft_wrap=True)
