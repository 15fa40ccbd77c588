"""Watermarks, quarantine, coverage and row counts: what the warehouse knows of its own filling."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from sqlalchemy import Connection, and_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import insert

from lotus_assets.sources.warehouse.copying import records
from lotus_assets.sources.warehouse.schema import (
    collected_period,
    collection_outcome,
    export_file,
    ingestion_state,
    quarantine,
    table_run,
)
from lotus_assets.sources.warehouse.staging import Written

NOTHING_TO_READ = "feature_disabled:"
"""Reasons that begin so leave nothing out: what is switched off has no content."""


class Period(NamedTuple):
    """From an instant to another one."""

    start: datetime
    end: datetime


def watermark_key(table_name: str, scope: int | str) -> str:
    """`ingestion_state.entity`: `<table>:<scope>`."""
    return f"{table_name}:{scope}"


def read_watermarks(connection: Connection, table_name: str) -> dict[str, datetime]:
    """Largest `updated_at` seen of one table, by scope."""
    rows = connection.execute(
        select(ingestion_state.c.entity, ingestion_state.c.last_seen_updated_at).where(
            ingestion_state.c.entity.startswith(f"{table_name}:", autoescape=True),
            ingestion_state.c.last_seen_updated_at.isnot(None),
        )
    )
    return {entity.partition(":")[2]: instant for entity, instant in rows}


def read_states(connection: Connection, table_name: str) -> dict[str, Any]:
    """What a collection noted of each scope beside the watermark (Git refs, for example)."""
    rows = connection.execute(
        select(ingestion_state.c.entity, ingestion_state.c.state).where(
            ingestion_state.c.entity.startswith(f"{table_name}:", autoescape=True),
            ingestion_state.c.state.isnot(None),
        )
    )
    return {entity.partition(":")[2]: state for entity, state in rows}


def write_watermarks(
    connection: Connection,
    table_name: str,
    seen: Mapping[int | str, datetime | None],
    run_at: datetime,
    states: Mapping[int | str, Any] | None = None,
) -> None:
    """Move watermarks forward, never back, in the caller's transaction.

    A scope that was read without finding anything keeps its watermark and gets its `last_run_at`.
    """
    if not seen:
        return
    statement = insert(ingestion_state).values(
        entity=bindparam("entity"),
        last_seen_updated_at=bindparam("seen"),
        last_run_at=bindparam("run_at"),
        state=bindparam("state"),
    )
    statement = statement.on_conflict_do_update(
        index_elements=["entity"],
        set_={
            "last_seen_updated_at": func.greatest(
                ingestion_state.c.last_seen_updated_at, statement.excluded.last_seen_updated_at
            ),
            "last_run_at": statement.excluded.last_run_at,
            "state": func.coalesce(statement.excluded.state, ingestion_state.c.state),
        },
    )
    rows = [
        {
            "entity": watermark_key(table_name, scope),
            "seen": instant,
            "run_at": run_at,
            "state": (states or {}).get(scope),
        }
        for scope, instant in sorted(seen.items(), key=lambda item: str(item[0]))
    ]
    connection.execute(statement, rows)


def write_quarantine(connection: Connection, bad: pd.DataFrame, run_id: str, at: datetime) -> None:
    """Keep bad rows with their reason, payload and run.

    A row that is read again unchanged (the overlap reads it every hour) is not kept twice: it
    keeps its first run and gets `last_seen_run_id`.
    """
    if bad.empty:
        return
    entries = bad.assign(fingerprint=_fingerprints(bad), payload=bad["payload"].map(json.loads))
    statement = insert(quarantine).values(
        **{name: bindparam(name) for name in entries.columns},
        run_id=run_id,
        last_seen_run_id=run_id,
        quarantined_at=at,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["fingerprint"],
            set_={"last_seen_run_id": statement.excluded.last_seen_run_id},
        ),
        records(entries),
    )


def _fingerprints(bad: pd.DataFrame) -> pd.Series:
    content = bad["table_name"] + "\n" + bad["reason"] + "\n" + bad["payload"]
    return content.map(lambda text: hashlib.sha256(text.encode()).hexdigest())


def write_outcome(
    connection: Connection,
    run_id: str,
    collection: str,
    reasons: Mapping[int, str | None],
    at: datetime,
) -> None:
    """Note for each project how one collection went: None is complete, else the reason."""
    if not reasons:
        return
    statement = insert(collection_outcome).values(
        run_id=run_id,
        collection=collection,
        project_id=bindparam("project_id"),
        reason=bindparam("reason"),
        finished_at=at,
    )
    statement = statement.on_conflict_do_update(
        index_elements=["run_id", "project_id", "collection"],
        set_={
            "reason": statement.excluded.reason,
            "finished_at": statement.excluded.finished_at,
        },
    )
    connection.execute(
        statement,
        [{"project_id": key, "reason": value} for key, value in sorted(reasons.items())],
    )


def read_outcomes(connection: Connection, run_id: str) -> pd.DataFrame:
    """How each collection of each project last went: `project_id`, `collection`, `reason`.

    `reason` is None where all was read. The outcomes of the run `run_id` are the last ones, be
    others of the same instant (a replay's).
    """
    latest = (
        select(
            collection_outcome.c.project_id,
            collection_outcome.c.collection,
            collection_outcome.c.reason,
        )
        .distinct(collection_outcome.c.project_id, collection_outcome.c.collection)
        .order_by(
            collection_outcome.c.project_id,
            collection_outcome.c.collection,
            (collection_outcome.c.run_id == run_id).desc(),
            collection_outcome.c.finished_at.desc(),
        )
    )
    rows = connection.execute(latest).all()
    frame = pd.DataFrame(rows, columns=["project_id", "collection", "reason"], dtype=object)
    return frame.astype({"project_id": "Int64"})


def write_collected_periods(
    connection: Connection, collection: str, periods: Mapping[int, Period]
) -> None:
    """Note the time over which each project was read whole, joined to what is noted already.

    Of two that leave a gap between them the later one stays: what lies before it is not whole.
    """
    if not periods:
        return
    statement = insert(collected_period).values(
        collection=collection,
        project_id=bindparam("of_project"),
        collected_from=bindparam("start"),
        collected_until=bindparam("end"),
    )
    noted, new = collected_period.c, statement.excluded
    is_joined = and_(
        noted.collected_from <= new.collected_until, new.collected_from <= noted.collected_until
    )
    start = case(
        (is_joined, func.least(noted.collected_from, new.collected_from)),
        (new.collected_until > noted.collected_until, new.collected_from),
        else_=noted.collected_from,
    )
    end = func.greatest(noted.collected_until, new.collected_until)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["collection", "project_id"],
            set_={"collected_from": start, "collected_until": end},
        ),
        [
            {"of_project": key, "start": period.start, "end": period.end}
            for key, period in sorted(periods.items())
        ],
    )


def read_collected_periods(connection: Connection) -> pd.DataFrame:
    """`collection`, `project_id`, `collected_from` and `collected_until` of all that was read."""
    columns = [column.name for column in collected_period.c]
    frame = pd.DataFrame(connection.execute(select(collected_period)).all(), columns=columns)
    types = dict.fromkeys(("collected_from", "collected_until"), "datetime64[us, UTC]")
    return frame.astype({"project_id": "Int64", **types})


def write_table_run(
    connection: Connection,
    run_id: str,
    table_name: str,
    written: Written,
    quarantined: int,
    seconds: float,
    at: datetime,
) -> None:
    """Note what one run did to one table."""
    values = {
        "rows_read": written.read,
        "rows_new": written.new,
        "rows_changed": written.changed,
        "rows_vanished": written.vanished,
        "rows_quarantined": quarantined,
        "seconds": seconds,
        "finished_at": at,
    }
    statement = insert(table_run).values(run_id=run_id, table_name=table_name, **values)
    connection.execute(
        statement.on_conflict_do_update(index_elements=["run_id", "table_name"], set_=values)
    )


def write_export_files(
    connection: Connection, run_id: str, files: Mapping[str, bytes], at: datetime
) -> None:
    """Note the files that a run exported: path below the export directory → content."""
    if not files:
        return
    statement = insert(export_file).values(
        run_id=run_id,
        path=bindparam("path"),
        bytes=bindparam("bytes"),
        sha256=bindparam("sha256"),
        written_at=at,
    )
    statement = statement.on_conflict_do_update(
        index_elements=["run_id", "path"],
        set_={"bytes": statement.excluded.bytes, "sha256": statement.excluded.sha256},
    )
    rows = [
        {"path": path, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        for path, content in sorted(files.items())
    ]
    connection.execute(statement, rows)
