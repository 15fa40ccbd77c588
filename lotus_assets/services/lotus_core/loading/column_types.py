"""Column types of the layout: Arrow's, so that decimals stay decimals and millions of rows fit."""

from typing import Annotated

import pandas as pd
import pyarrow as pa
from pandera.typing.pandas import Series

from lotus_assets.sources.lotus_core.wire_format import DECIMAL

INSTANT = pa.timestamp("us", "UTC")

Text = Series[Annotated[pd.ArrowDtype, pa.string()]]
Amount = Series[Annotated[pd.ArrowDtype, DECIMAL]]
Day = Series[Annotated[pd.ArrowDtype, pa.date32()]]
Instant = Series[Annotated[pd.ArrowDtype, INSTANT]]
Whole = Series[Annotated[pd.ArrowDtype, pa.int64()]]
Flag = Series[Annotated[pd.ArrowDtype, pa.bool_()]]
