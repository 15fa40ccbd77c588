"""Column types of the pandera models, one for each type of the database.

All of them can hold NULL where a field says `nullable=True`, which numpy's int and bool cannot.
"""

from typing import Annotated

import pandas as pd
from pandera.dtypes import Timestamp
from pandera.engines.pandas_engine import DateTime

Text = pd.StringDtype
Integer = pd.Int64Dtype
Number = pd.Float64Dtype
Boolean = pd.BooleanDtype
Instant = Annotated[pd.DatetimeTZDtype, "us", "UTC"]
"""An instant, `timestamptz` in the database."""
Day = DateTime
"""A calendar day at midnight without a time zone, `date` in the database."""
Json = pd.StringDtype
"""JSON text in a frame, `jsonb` in the database; fields carry `metadata=JSON`."""

JSON = {"database_type": "jsonb"}

__all__ = ["JSON", "Boolean", "Day", "Instant", "Integer", "Json", "Number", "Text", "Timestamp"]
