"""What is unusual about a payload's data: missing business days, breaks of continuity."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection

from lotus_assets.services.lotus_core.payloads.calendars import Days
from lotus_assets.services.lotus_core.payloads.canonical import canonical_object, days_as_json
from lotus_assets.services.lotus_core.payloads.context import PortfolioContext
from lotus_assets.sources.lotus_core.canonical import Fragment, rows_as_json


def missing_business_days(
    connection: Connection,
    context: PortfolioContext,
    dates: Days,
    start: dt.date,
    end: dt.date,
) -> Days:
    """Business days of [start, end] on which the portfolio was open and that have no row."""
    last = end if context.close_date is None else min(end, context.close_date)
    return np.setdiff1d(context.business_days(connection, start, last), dates)


def diagnostics(missing: Days, *breaks: pa.Table) -> Fragment:
    """The member `diagnostics`; tables of breaks have the columns id, date, amount."""
    fields: dict[str, Any] = {
        "missing_business_day_count": len(missing),
        "missing_business_days": days_as_json(missing),
        "continuity_breaks": [],
    }
    if breaks:
        rows = pa.concat_tables(breaks).sort_by([("date", "ascending"), ("id", "ascending")])
        fields["continuity_breaks"] = rows_as_json(rows.combine_chunks()).all()
    return Fragment(canonical_object(fields))
