"""Arrays of numbers come out of PostgreSQL as they went in."""

from datetime import date

import numpy as np
import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Double,
    Engine,
    Integer,
    Text,
    cast,
    literal,
    select,
    union_all,
)

from lotus_assets.sources.warehouse.copying import read_arrow, read_columns


def test_every_type_comes_back_to_the_last_bit(warehouse_engine: Engine) -> None:
    rows = [
        (date(1999, 12, 31), 0.1, -(2**62), -7, True),
        (date(2200, 12, 31), -1.7976931348623157e308, 2**62, 2**31 - 1, False),
        (date(1900, 1, 1), 5e-324, 0, 0, True),
    ]
    query = union_all(
        *(
            select(
                cast(literal(day, Date), Date).label("day"),
                cast(literal(number, Double), Double).label("number"),
                cast(literal(large, BigInteger), BigInteger).label("large"),
                cast(small, Integer).label("small"),
                literal(flag, Boolean).label("flag"),
            )
            for day, number, large, small, flag in rows
        )
    ).subquery()
    with warehouse_engine.connect() as connection:
        found = read_columns(connection, select(query))
    assert found["day"].tolist() == [row[0] for row in rows]
    assert found["number"].tolist() == [row[1] for row in rows]
    assert found["large"].tolist() == [row[2] for row in rows]
    assert found["small"].tolist() == [row[3] for row in rows]
    assert found["flag"].tolist() == [row[4] for row in rows]
    types = [str(found[name].dtype) for name in ("day", "number", "large", "small", "flag")]
    assert types == ["datetime64[D]", "float64", "int64", "int32", "bool"]
    assert all(column.dtype.isnative for column in found.values())


def test_no_rows_are_empty_columns(warehouse_engine: Engine) -> None:
    query = select(literal(1.0, Double).label("number")).where(literal(False))
    with warehouse_engine.connect() as connection:
        assert read_columns(connection, query)["number"].shape == (0,)


@pytest.mark.parametrize("numbers", [[1.0, None], [None, None], [None]])
def test_null_and_text_are_refused(warehouse_engine: Engine, numbers: list[float | None]) -> None:
    query = union_all(
        *(select(cast(one, Double).label("one"), literal(2, BigInteger)) for one in numbers)
    ).subquery()
    with warehouse_engine.connect() as connection:
        with pytest.raises(ValueError, match="NULL"):
            read_columns(connection, select(query))
        with pytest.raises(TypeError, match="name: TEXT is no number, day or flag"):
            read_columns(connection, select(literal("x", Text).label("name")))


def test_nan_is_a_number(warehouse_engine: Engine) -> None:
    query = select(cast(literal("NaN", Text), Double).label("number"))
    with warehouse_engine.connect() as connection:
        assert np.isnan(read_columns(connection, query)["number"]).tolist() == [True]


def test_text_and_null_come_as_arrow_columns(warehouse_engine: Engine) -> None:
    rows = [("a, b", 1.0), ("", None), (None, 0.1 + 0.2), ("a, b", -2.5)]
    query = union_all(
        *(
            select(cast(name, Text).label("name"), cast(number, Double).label("number"))
            for name, number in rows
        )
    ).subquery()
    with warehouse_engine.connect() as connection:
        found = read_arrow(connection, select(query))
    assert found["name"].to_pylist() == ["a, b", "", None, "a, b"]
    assert found["name"].combine_chunks().dictionary.to_pylist() == ["a, b", ""]
    assert found["number"].to_pylist() == [1.0, None, 0.1 + 0.2, -2.5]
