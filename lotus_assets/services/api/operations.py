"""The operations that the API offers, in the order of its documentation."""

from lotus_assets.services.api.operation import Operation
from lotus_assets.services.api.routes import (
    attribution,
    contribution,
    mwr,
    positions,
    returns_series,
    twr,
)

OPERATIONS: tuple[Operation, ...] = (
    twr.OPERATION,
    mwr.OPERATION,
    attribution.OPERATION,
    contribution.OPERATION,
    positions.OPERATION,
    returns_series.OPERATION,
)
