"""The gate: which rows pass, which do not, and what is said of them."""

import json

import pandas as pd
import pandera.pandas as pa
import pytest

from lotus_assets.tables.columns import (
    Boolean,
    Instant,
    Integer,
    Text,
)
from lotus_assets.tables.table import Table, concatenate, gate
from lotus_assets.tables.table_model import TableModel


class Review(TableModel):
    """A table made up for the tests."""

    project_id: Integer = pa.Field(description="Key.")
    state: Text = pa.Field(isin=["open", "done"], description="State.")
    done_at: Instant = pa.Field(nullable=True, description="When it was done.")
    is_late: Boolean = pa.Field(nullable=True, description="Flag.")
    updated_at: Instant = pa.Field(description="Version.")

    @pa.dataframe_check(name="done without done_at")
    def done_has_an_instant(cls, rows: pd.DataFrame) -> "pd.Series[bool]":
        return (rows["state"] != "done") | rows["done_at"].notna()


TABLE = Table("review", Review, ("project_id",))


def rows(*records: dict[str, object]) -> pd.DataFrame:
    usual = {
        "project_id": 1,
        "state": "open",
        "done_at": None,
        "is_late": None,
        "updated_at": "2026-03-01T10:00:00Z",
    }
    return pd.DataFrame([usual | record for record in records])


def test_good_rows_pass_with_the_models_types() -> None:
    gated = gate(
        TABLE, rows({}, {"project_id": 2, "state": "done", "done_at": "2026-03-01T12:00:00+02:00"})
    )
    assert gated.bad.empty
    assert str(gated.good["project_id"].dtype) == "Int64"
    assert gated.good["done_at"].tolist()[1] == pd.Timestamp("2026-03-01T10:00:00Z")


def test_each_broken_rule_is_named_and_the_others_go_on() -> None:
    gated = gate(
        TABLE,
        rows(
            {"project_id": 1},
            {"project_id": 2, "state": "paused"},
            {"project_id": 3, "state": "done"},
            {"project_id": 4, "updated_at": "yesterday"},
            {"project_id": 5, "state": "paused", "updated_at": None},
        ),
    )
    assert gated.good["project_id"].tolist() == [1]
    reasons = dict(zip(gated.bad["project_id"], gated.bad["reason"], strict=True))
    assert reasons[2] == "state: isin(['open', 'done'])"
    assert reasons[3] == "done without done_at"
    assert reasons[4] == "updated_at: coerce_dtype('datetime64[us, UTC]')"
    assert reasons[5] == "state: isin(['open', 'done']); updated_at: not_nullable"
    assert json.loads(gated.bad["payload"].iloc[0])["state"] == "paused"
    assert gated.bad_share == pytest.approx(0.8)


def test_of_copies_of_a_row_the_newest_stays_and_none_is_quarantined() -> None:
    gated = gate(
        TABLE,
        rows(
            {"state": "done", "done_at": "2026-03-02", "updated_at": "2026-03-02T00:00:00Z"},
            {"state": "open", "updated_at": "2026-03-01T00:00:00Z"},
        ),
    )
    assert gated.good["state"].tolist() == ["done"]
    assert gated.bad.empty


def test_no_row_is_good_and_nothing_is_lost() -> None:
    gated = gate(TABLE, rows({"state": "x"}, {"project_id": 2, "state": None}))
    assert gated.good.empty
    assert list(gated.good.columns) == TABLE.columns
    assert len(gated.bad) == 2


def test_an_empty_frame_passes_with_its_types() -> None:
    gated = gate(TABLE, rows({}).iloc[:0])
    assert gated.good.empty
    assert str(gated.good["updated_at"].dtype) == "datetime64[us, UTC]"
    assert gated.bad_share == 0


def test_columns_that_do_not_fit_are_a_mistake_of_the_code() -> None:
    with pytest.raises(ValueError, match=r"review: missing columns \['state'\], unexpected"):
        gate(TABLE, rows({}).rename(columns={"state": "status"}))


def test_concatenating_nothing_keeps_the_types() -> None:
    assert str(concatenate(TABLE, []).dtypes["is_late"]) == "boolean"
    assert len(concatenate(TABLE, [gate(TABLE, rows({})).good] * 2)) == 2
