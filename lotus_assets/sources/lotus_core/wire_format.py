"""What lotus-core and its clients have agreed on: versions, media type, columns of each payload.

A payload travels as JSON or as an Arrow IPC stream. In the stream it is one flat table; the
schema's metadata holds `payload` (the JSON payload with its lineage and without what the table
holds), `content_hash` (that of the JSON form, RFC 8785) and `contract`.

- `performance-input`: one row a valuation point.
- `mwr-input`: one row a cash flow.
- `attribution-input`, `contribution-input`: one row a valuation point or observation. `part` says
  of what: `portfolio` (id is null), `instrument` or `position` (id), `benchmark_group` (id is the
  position in the payload's `benchmark_groups_data`, from 0, which holds the keys). The payload's
  lists hold id and meta in order, their `valuation_points` and `observations` are left out.
- `positions-analytics-input`: one row a valuation point of `performance`: `id` the position,
  `period`. All the rest of the rows is in the payload.
- Series: one row a point. The assignment has no rows; all of it is in the payload.
"""

import pyarrow as pa

RFC_063, RFC_062 = "rfc_063_v1", "rfc_062_v1"
"""Versions of the contracts."""
ARROW = "application/vnd.apache.arrow.stream"
JSON = "application/json"
IDENTIFIER = r"([A-Za-z0-9_:-]{1,2}|\.[A-Za-z0-9_:-]|[A-Za-z0-9_:-]\.|[A-Za-z0-9._:-]{3,128})"
"""1-128 letters, digits, `.`, `_`, `:`, `-`; not `.` or `..`, which addresses take for folders."""
DECIMAL = pa.decimal128(38, 10)
"""Money, quantities, prices, rates and fractions."""

POINT_FIELDS = [
    pa.field("day", pa.int32()),
    pa.field("perf_date", pa.date32()),
    pa.field("begin_mv", DECIMAL),
    pa.field("bod_cf", DECIMAL),
    pa.field("eod_cf", DECIMAL),
    pa.field("mgmt_fees", DECIMAL),
    pa.field("end_mv", DECIMAL),
]
PERFORMANCE_INPUT = pa.schema(POINT_FIELDS)
MWR_INPUT = pa.schema(
    [pa.field("date", pa.date32()), pa.field("amount", DECIMAL), pa.field("type", pa.string())]
)
CONTRIBUTION_INPUT = pa.schema(
    [pa.field("part", pa.string()), pa.field("id", pa.string()), *POINT_FIELDS]
)
OBSERVATION = ("weight_bop", "return_base", "return_local", "return_fx")
ATTRIBUTION_INPUT = pa.schema(
    [*CONTRIBUTION_INPUT, *(pa.field(name, DECIMAL) for name in OBSERVATION)]
)
"""Observations have their date in `perf_date`, no `day` and no values; points have no weights."""
POSITIONS_INPUT = pa.schema(
    [pa.field("id", pa.string()), pa.field("period", pa.string()), *POINT_FIELDS]
)
ASSIGNMENT = pa.schema([])
BENCHMARK_RETURNS = pa.schema(
    [pa.field("series_date", pa.date32()), pa.field("benchmark_return", DECIMAL)]
)
RISK_FREE = pa.schema(
    [
        pa.field("series_date", pa.date32()),
        pa.field("value", DECIMAL),
        pa.field("day_count", pa.string()),
        pa.field("compounding", pa.string()),
    ]
)
