"""A collection from reading to commit, against a real PostgreSQL."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pandas as pd
import pytest
from sqlalchemy import Engine, select

from lotus_assets.filling.collection_run import CollectionRun
from lotus_assets.filling.reports import GateClosed
from lotus_assets.filling.side_by_side import Batch, CompleteList, Unreadable
from lotus_assets.settings import QuarantineLimit
from lotus_assets.sources.warehouse.bookkeeping import (
    Period,
    read_collected_periods,
    read_outcomes,
    read_states,
    read_watermarks,
)
from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.schema import quarantine
from lotus_assets_tests.integration.warehouse.sample_table import (
    SAMPLE,
    create_sample,
    sample_rows,
)

NOW = datetime(2026, 4, 1, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Forbidden(Exception):
    """What a source says of a project that it may not read."""


def unreadable(project_id: int, error: Exception) -> Unreadable | None:
    return Unreadable(project_id, "forbidden", "no") if isinstance(error, Forbidden) else None


@pytest.fixture
def run(warehouse_engine: Engine) -> CollectionRun:
    create_sample(warehouse_engine)
    return CollectionRun(
        engine=warehouse_engine,
        name="collect_samples",
        tables=(SAMPLE,),
        run_id="first",
        now=NOW,
        quarantine_limit=QuarantineLimit(0.5),
        parallelism=4,
        moves_watermark=True,
        unreadable=unreadable,
        period=lambda _project_id: Period(NOW - timedelta(days=180), NOW),
    )


def batch(project_id: int, *items: int, name: str = "a", at: datetime | None = LATER) -> Batch:
    rows = sample_rows(
        *({"project_id": project_id, "item_id": item, "name": name} for item in items)
    )
    return Batch(frames={SAMPLE: rows}, updated_at=at, state={"refs": project_id})


def stored_items(engine: Engine) -> list[int]:
    with engine.connect() as connection:
        return read_table(connection, SAMPLE)["item_id"].tolist()


def test_rows_watermark_state_and_outcome_are_committed_together(run: CollectionRun) -> None:
    reports = run.collect({1: "a/b", 2: "a/c"}, lambda key: iter([batch(key, key * 10)]))
    assert reports["sample"].written.new == 2
    with run.engine.connect() as connection:
        assert read_watermarks(connection, "sample") == {"1": LATER, "2": LATER}
        assert read_states(connection, "sample") == {"1": {"refs": 1}, "2": {"refs": 2}}
        assert read_outcomes(connection, "first")["reason"].isna().all()
    assert stored_items(run.engine) == [10, 20]


def test_a_watermark_never_moves_back_and_a_backfill_moves_none(run: CollectionRun) -> None:
    earlier = datetime(2026, 1, 1, tzinfo=UTC)
    run.collect({1: "a/b"}, lambda key: iter([batch(key, 1)]))
    run.collect({1: "a/b"}, lambda key: iter([batch(key, 2, at=earlier)]))
    backfill = replace(run, run_id="second", moves_watermark=False)
    backfill.collect({1: "a/b"}, lambda key: iter([batch(key, 3, at=NOW)]))
    with run.engine.connect() as connection:
        assert read_watermarks(connection, "sample") == {"1": LATER}
    assert stored_items(run.engine) == [1, 2, 3]


def test_a_project_that_breaks_off_keeps_its_watermark_and_the_others_go_on(
    run: CollectionRun,
) -> None:
    def read(project_id: int) -> Iterator[Batch]:
        yield batch(project_id, project_id)
        if project_id == 2:
            raise Forbidden

    run.collect({1: "a", 2: "b", 3: "c"}, read)
    with run.engine.connect() as connection:
        assert sorted(read_watermarks(connection, "sample")) == ["1", "3"]
        outcomes = read_outcomes(connection, "first").set_index("project_id")["reason"]
    assert outcomes.to_dict() == {1: None, 2: "forbidden", 3: None}
    assert stored_items(run.engine) == [1, 2, 3]


def test_a_list_that_broke_off_marks_nothing_as_vanished(run: CollectionRun) -> None:
    run.collect({2: "b"}, lambda key: iter([batch(key, 1, 2)]))

    def read(project_id: int) -> Iterator[Batch]:
        project = pd.DataFrame({"project_id": [project_id]})
        yield replace(batch(project_id, 1), complete=(CompleteList(SAMPLE, project),))
        raise Forbidden

    run.collect({2: "b"}, read)
    with run.engine.connect() as connection:
        assert read_table(connection, SAMPLE)["vanished_at"].isna().all()


def test_bad_rows_are_quarantined_once_and_the_good_ones_are_kept(run: CollectionRun) -> None:
    def read(project_id: int) -> Iterator[Batch]:
        yield batch(project_id, 1, 2)
        yield batch(project_id, 3, name="bad")

    for run_id in ("first", "second"):
        replace(run, run_id=run_id).collect({1: "a"}, read)
    with run.engine.connect() as connection:
        found = connection.execute(select(quarantine)).mappings().all()
    assert stored_items(run.engine) == [1, 2]
    assert [
        (row["table_name"], row["project_id"], row["run_id"], row["last_seen_run_id"])
        for row in found
    ] == [("sample", 1, "first", "second")]
    assert found[0]["reason"] == "name: not_equal_to(bad)"
    assert found[0]["payload"]["item_id"] == 3


def test_too_many_bad_rows_change_nothing_but_the_quarantine(run: CollectionRun) -> None:
    def read(project_id: int) -> Iterator[Batch]:
        yield batch(project_id, 1)
        yield batch(project_id, 2, 3, name="bad")

    with pytest.raises(GateClosed, match=r"sample: 2 of 3 rows break .* limit is 50.0%"):
        run.collect({1: "a"}, read)
    assert stored_items(run.engine) == []
    with run.engine.connect() as connection:
        assert read_watermarks(connection, "sample") == {}
        assert len(connection.execute(select(quarantine)).all()) == 2


def test_an_unforeseen_error_ends_the_collection_and_changes_nothing(run: CollectionRun) -> None:
    def read(project_id: int) -> Iterator[Batch]:
        yield batch(project_id, project_id)
        if project_id == 30:
            raise RuntimeError("the wire burnt")

    with pytest.raises(RuntimeError, match="the wire burnt"):
        run.collect(dict.fromkeys(range(60), "p"), read)
    assert stored_items(run.engine) == []


def test_projects_are_read_side_by_side(run: CollectionRun) -> None:
    meeting = Barrier(4, timeout=30)

    def read(project_id: int) -> Iterator[Batch]:
        meeting.wait()
        yield batch(project_id, project_id)

    run.collect(dict.fromkeys(range(8), "p"), read)
    assert stored_items(run.engine) == list(range(8))


def test_more_rows_than_pass_the_gate_at_once(run: CollectionRun) -> None:
    messages: list[str] = []
    tell: Callable[[str], None] = messages.append

    def read(project_id: int) -> Iterator[Batch]:
        for start in range(0, 25_000, 5_000):
            yield batch(project_id, *range(start, start + 5_000))

    reports = replace(run, progress=tell).collect({1: "a"}, read)
    assert reports["sample"].written.new == 25_000
    assert messages == ["collect_samples: 1 of 1 projects, 25000 rows"]


def day(number: int) -> datetime:
    return datetime(2026, 3, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("periods", "whole"),
    [
        ([(3, 5)], (3, 5)),
        ([(3, 5), (4, 9)], (3, 9)),
        ([(3, 5), (1, 3)], (1, 5)),
        ([(3, 5), (1, 2)], (3, 5)),
        ([(3, 5), (7, 9)], (7, 9)),
        ([(3, 9), (4, 5)], (3, 9)),
    ],
)
def test_periods_join_where_they_touch_and_the_later_one_stays_where_not(
    run: CollectionRun, periods: list[tuple[int, int]], whole: tuple[int, int]
) -> None:
    for span in periods:
        period = Period(*map(day, span))
        read = replace(run, period={1: period}.__getitem__)
        read.collect({1: "a/b"}, lambda key: iter([batch(key, key)]))
    with run.engine.connect() as connection:
        noted = read_collected_periods(connection)
    assert noted.to_numpy().tolist() == [["collect_samples", 1, *map(day, whole)]]


def test_what_cannot_be_read_is_not_whole_and_what_is_switched_off_is(run: CollectionRun) -> None:
    def fail(project_id: int) -> Iterator[Batch]:
        raise Forbidden(project_id)

    def reason(project_id: int, _error: Exception) -> Unreadable:
        return Unreadable(
            project_id, {1: "forbidden", 2: "feature_disabled:issues"}[project_id], ""
        )

    replace(run, unreadable=reason).collect({1: "a/b", 2: "a/c"}, fail)
    with run.engine.connect() as connection:
        assert read_collected_periods(connection)["project_id"].tolist() == [2]
