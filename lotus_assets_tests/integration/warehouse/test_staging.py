"""Staging and committing, against a real PostgreSQL."""

from collections.abc import Iterator
from threading import Thread

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine

from lotus_assets.sources.warehouse.copying import read_table
from lotus_assets.sources.warehouse.staging import Staging, Written
from lotus_assets.tables.table import gate
from lotus_assets_tests.integration.warehouse.sample_table import (
    SAMPLE,
    create_sample,
    sample_rows,
)

NOW = pd.Timestamp("2026-04-01T00:00:00Z")


@pytest.fixture
def connection(warehouse_engine: Engine) -> Iterator[Connection]:
    create_sample(warehouse_engine)
    with warehouse_engine.connect() as opened:
        yield opened


def write(connection: Connection, *records: dict[str, object]) -> Written:
    staging = Staging(connection)
    staging.stage(SAMPLE, gate(SAMPLE, sample_rows(*records)).good)
    written = staging.promote(SAMPLE)
    connection.commit()
    staging.discard()
    return written


def test_every_type_comes_back_as_it_went_in(connection: Connection) -> None:
    records: tuple[dict[str, object], ...] = (
        {"item_id": 1, "name": 'comma, "quote"\nline', "size": 1.5, "is_open": False},
        {"item_id": 2, "name": "", "labels": '{"a": null}', "updated_at": None},
        {"item_id": 3, "name": None, "is_open": None, "day": None, "labels": None},
        {"item_id": 4, "name": "\\N", "size": 0.1},
    )
    write(connection, *records)
    stored = read_table(connection, SAMPLE)
    pd.testing.assert_frame_equal(stored, gate(SAMPLE, sample_rows(*records)).good)


def test_no_rows_are_a_frame_that_can_be_joined(connection: Connection) -> None:
    stored = read_table(connection, SAMPLE)
    pd.testing.assert_frame_equal(stored, SAMPLE.empty())
    assert stored.merge(stored, on=["project_id", "name"], how="outer").empty


def test_the_same_rows_again_write_nothing(connection: Connection) -> None:
    assert write(connection, {}, {"item_id": 2}) == Written(read=2, new=2, changed=0)
    assert write(connection, {}, {"item_id": 2}) == Written(read=2, new=0, changed=0)


def test_an_older_copy_never_overwrites_a_newer_one(connection: Connection) -> None:
    write(connection, {"name": "new", "updated_at": "2026-03-02T00:00:00Z"})
    assert write(connection, {"name": "old", "updated_at": "2026-03-01T00:00:00Z"}).changed == 0
    assert read_table(connection, SAMPLE)["name"].tolist() == ["new"]
    assert write(connection, {"name": "newer", "updated_at": "2026-03-03T00:00:00Z"}).changed == 1
    assert read_table(connection, SAMPLE)["name"].tolist() == ["newer"]


def test_of_two_staged_copies_the_newer_counts_whichever_came_first(
    connection: Connection,
) -> None:
    staging = Staging(connection)
    for name, instant in (("new", "2026-03-02"), ("old", "2026-03-01")):
        rows = sample_rows({"name": name, "updated_at": f"{instant}T00:00:00Z"})
        staging.stage(SAMPLE, gate(SAMPLE, rows).good)
    staging.promote(SAMPLE)
    connection.commit()
    assert read_table(connection, SAMPLE)["name"].tolist() == ["new"]


def test_null_does_not_overwrite_what_another_collection_filled(connection: Connection) -> None:
    write(connection, {"size": 7.0})
    write(connection, {"size": None, "name": "b", "updated_at": "2026-03-02T00:00:00Z"})
    stored = read_table(connection, SAMPLE)
    assert (stored["size"].tolist(), stored["name"].tolist()) == ([7.0], ["b"])


def test_what_is_missing_from_a_complete_list_is_marked_and_comes_back(
    connection: Connection,
) -> None:
    write(connection, {"item_id": 1}, {"item_id": 2}, {"project_id": 9, "item_id": 3})
    staging = Staging(connection)
    staging.stage(SAMPLE, gate(SAMPLE, sample_rows({"item_id": 1})).good)
    staging.promote(SAMPLE)
    gone = staging.mark_vanished(SAMPLE, pd.DataFrame({"project_id": [1]}), NOW)
    connection.commit()
    staging.discard()
    stored = read_table(connection, SAMPLE).set_index("item_id")["vanished_at"]
    assert gone == 1
    assert stored.to_dict() == {1: pd.NaT, 2: NOW, 3: pd.NaT}
    write(connection, {"item_id": 2})
    assert read_table(connection, SAMPLE)["vanished_at"].isna().all()


def test_rows_newer_than_the_list_are_left_alone(connection: Connection) -> None:
    write(connection, {"item_id": 1, "updated_at": "2026-03-05T00:00:00Z"})
    staging = Staging(connection)
    staging.stage(SAMPLE, SAMPLE.empty())
    parents = pd.DataFrame(
        {"project_id": [1], "updated_at": [pd.Timestamp("2026-03-04T00:00:00Z")]}
    )
    assert staging.mark_vanished(SAMPLE, parents, NOW, version="updated_at") == 0
    connection.rollback()


def test_rows_that_no_longer_follow_are_deleted_within_their_scope(connection: Connection) -> None:
    write(connection, {"item_id": 1}, {"item_id": 2}, {"project_id": 9, "item_id": 3})
    staging = Staging(connection)
    staging.stage(SAMPLE, gate(SAMPLE, sample_rows({"item_id": 2})).good)
    staging.promote(SAMPLE)
    assert staging.delete_absent(SAMPLE, pd.DataFrame({"project_id": [1]})) == 1
    connection.commit()
    assert read_table(connection, SAMPLE)["item_id"].tolist() == [2, 3]


def test_nothing_staged_is_visible_before_the_commit_or_left_after_a_broken_connection(
    warehouse_engine: Engine,
) -> None:
    create_sample(warehouse_engine)
    with warehouse_engine.connect() as connection:
        staging = Staging(connection)
        staging.stage(SAMPLE, gate(SAMPLE, sample_rows({})).good)
        staging.promote(SAMPLE)
        connection.invalidate()
    with warehouse_engine.connect() as connection:
        assert read_table(connection, SAMPLE).empty


def test_two_writers_of_the_same_keys_wait_for_each_other_and_lose_nothing(
    warehouse_engine: Engine,
) -> None:
    create_sample(warehouse_engine)
    failures: list[Exception] = []

    def write_all(keys: list[int], instant: str) -> None:
        try:
            with warehouse_engine.connect() as connection:
                for key in keys:
                    write(
                        connection, *({"item_id": key + n, "updated_at": instant} for n in (0, 1))
                    )
        except Exception as error:
            failures.append(error)

    keys = list(range(40))
    writers = [
        Thread(target=write_all, args=(keys, "2026-03-02T00:00:00Z")),
        Thread(target=write_all, args=(keys[::-1], "2026-03-01T00:00:00Z")),
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with warehouse_engine.connect() as connection:
        stored = read_table(connection, SAMPLE)
    assert not failures
    assert stored["item_id"].tolist() == list(range(41))
    assert (stored["updated_at"] == pd.Timestamp("2026-03-02T00:00:00Z")).all()
