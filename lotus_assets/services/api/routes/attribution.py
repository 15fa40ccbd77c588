"""POST /performance/attribution: who made the active return."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, RootModel, model_validator

from lotus_assets.engine.performance.formulas.attribution_effects import Model
from lotus_assets.engine.performance.formulas.calendar_days import Frequency
from lotus_assets.engine.performance.formulas.linking_coefficients import Linking
from lotus_assets.engine.performance.formulas.variants import Variant
from lotus_assets.engine.performance.frames.attribution import (
    EFFECTS,
    SIDES,
    AttributionOptions,
    AttributionResult,
    attributed,
)
from lotus_assets.engine.performance.frames.attribution_sides import AttributionSides
from lotus_assets.services.api.analyses import AskedPeriod, periods_of
from lotus_assets.services.api.answers import AnsweredPeriod, named, records, stale_valuations
from lotus_assets.services.api.attribution_details import effects_detail, kept_details
from lotus_assets.services.api.attribution_input import (
    STATEFUL_DIMENSIONS,
    AttributionStatefulInput,
    AttributionStatelessInput,
    dimensions_of,
    sent_windows,
    stateful_sides,
    stateless_as_of,
    stateless_sides,
    unusual_points,
)
from lotus_assets.services.api.bounds import CELLS
from lotus_assets.services.api.envelope import AnalysisRequest, Diagnostic
from lotus_assets.services.api.late_rows import LateRows, Row
from lotus_assets.services.api.operation import Calculation, Operation
from lotus_assets.services.api.upstream import UpstreamInputs
from lotus_assets.services.lotus_core.contracts.shared import Identifier
from lotus_assets.services.problems import invalid

KEY_EXAMPLE = {"asset_class": "Equity"}


class AttributionRequest(AnalysisRequest[AttributionStatelessInput, AttributionStatefulInput]):
    """Attribution of one portfolio's active return."""

    analyses: list[AskedPeriod] = Field(
        min_length=1,
        max_length=200,
        description="The periods; their order changes nothing.",
        examples=[[{"period": "YTD"}]],
    )
    model: Model = Field(
        default=Model.BF,
        description="BF (Brinson and Fachler): allocation against the benchmark's return; BHB "
        "(Brinson, Hood and Beebower): against 0.",
        examples=["BF"],
    )
    effects: Literal[3, 2] = Field(
        default=3,
        description="3: allocation, selection, interaction; 2: interaction is part of selection.",
        examples=[3],
    )
    linking: Linking = Field(
        default=Linking.CARINO,
        description="How single periods are linked; NONE adds them, the rest is linking_remainder.",
        examples=["CARINO"],
    )
    group_by: list[Identifier] = Field(
        default=[],
        max_length=10,
        description="Dimensions of the groups, outermost first; default: the input's, or "
        "asset_class for stateful.",
        examples=[["asset_class", "currency"]],
    )
    frequency: Frequency = Field(
        default=Frequency.DAILY,
        description="Length of the single periods: a longer one takes its first day's weights "
        "and linked returns.",
        examples=["DAILY"],
    )

    @model_validator(mode="after")
    def _each_once(self) -> "AttributionRequest":
        if len(set(self.group_by)) < len(self.group_by):
            raise ValueError("group_by names a dimension twice")
        return self


class Effects(BaseModel):
    """Effects; interaction is null where there are two effects."""

    allocation: float | None = Field(
        description="Of holding more or less than the benchmark.", examples=[0.0012]
    )
    selection: float | None = Field(
        description="Of a return other than the benchmark's.", examples=[0.0031]
    )
    interaction: float | None = Field(description="Of both together.", examples=[0.0002])
    total: float | None = Field(description="Their sum.", examples=[0.0045])


class AttributionGroup(Effects):
    """Linked effects of one group."""

    key: dict[str, str] = Field(
        description="Its dimensions; `Unclassified` where it has none, `Unallocated` for what is "
        "in no instrument.",
        examples=[KEY_EXAMPLE],
    )
    portfolio_weight: float = Field(
        description="Mean of the portfolio's weight over the days.", examples=[0.62]
    )
    benchmark_weight: float = Field(
        description="Mean of the benchmark's weight over the days.", examples=[0.6]
    )


class AttributionLevel(Effects):
    """Effects of a node: the sum of its groups'."""

    level: int = Field(description="Depth; 1 is the top.", examples=[1])
    key: dict[str, str] = Field(
        description="The node's dimensions, outermost first.", examples=[KEY_EXAMPLE]
    )
    between: float | None = Field(
        description="The part of allocation that the node's own weight and return explain.",
        examples=[0.001],
    )
    within: float | None = Field(description="The rest of allocation.", examples=[0.0002])


class AttributionCurrency(BaseModel):
    """A group's effects, of local returns and of currencies; the six sum to its total."""

    key: dict[str, str] = Field(description="The group's dimensions.", examples=[KEY_EXAMPLE])
    local: Effects = Field(description="Of returns in local currencies.")
    currency: Effects = Field(description="Of what currencies added (cross product included).")
    is_local_known: bool = Field(
        description="False: on some day no currency return is known, and all counts as local.",
        examples=[True],
    )


class Reconciliation(BaseModel):
    """own_return = group_return + fees + difference; the difference is never spread."""

    own_return: float | None = Field(
        description="The portfolio's own time-weighted return, net of fees.", examples=[0.0309]
    )
    own_status: str = Field(description="Of own_return, as in twr.", examples=["OK"])
    group_return: float | None = Field(
        description="The return of its groups: portfolio_return.", examples=[0.0312]
    )
    fees: float | None = Field(
        description="What fees on no instrument take from own_return.", examples=[-0.0003]
    )
    difference: float | None = Field(description="What is left.", examples=[0.0])


class AttributionPeriod(AnsweredPeriod):
    """The attribution of one period."""

    portfolio_return: float | None = Field(
        description="Linked return of the portfolio's groups; null where the status says why.",
        examples=[0.0312],
    )
    benchmark_return: float | None = Field(
        description="Linked return of the benchmark's groups.", examples=[0.0267]
    )
    active_return: float | None = Field(
        description="Their difference: what the effects sum to.", examples=[0.0045]
    )
    linking_remainder: float | None = Field(
        description="What linking NONE leaves over; else 0.", examples=[0.0]
    )
    status: str = Field(
        description="OK; CLOSED, WINDOW_TOO_SHORT, NO_OBSERVATIONS, BROKEN_CHAIN, OVERFLOW as in "
        "twr; NOT_LINKABLE: a side lost all or more, and the linking has no value for it.",
        examples=["OK"],
    )
    status_date: dt.date | None = Field(
        description="First day of the single period that decided the status.", examples=[None]
    )
    groups: list[AttributionGroup] = Field(
        description="Groups that either side has, by key.", examples=[[]]
    )
    levels: list[AttributionLevel] = Field(
        description="Every node of the hierarchy, level by level.", examples=[[]]
    )
    currency: list[AttributionCurrency] = Field(
        description="Currency effects, where local returns are known: given with the groups, or "
        "for instruments with `currency` among the dimensions.",
        examples=[[]],
    )
    reconciliation: Reconciliation | None = Field(
        description="With the portfolio's own return; null where it was given as groups."
    )


class AttributionResults(RootModel[dict[str, AttributionPeriod]]):
    """Periods by their key: the name, or `EXPLICIT:<from>:<to>`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "YTD": {
                        "portfolio_return": 0.0312,
                        "benchmark_return": 0.0267,
                        "active_return": 0.0045,
                        "linking_remainder": 0.0,
                        "requested_start_date": "2025-01-01",
                        "start_date": "2025-01-01",
                        "end_date": "2025-03-31",
                        "clamped": False,
                        "status": "OK",
                        "status_date": None,
                        "groups": [],
                        "levels": [],
                        "currency": [],
                        "reconciliation": None,
                    }
                }
            ]
        }
    )


TOTALS = ["portfolio_return", "benchmark_return", "active_return", "linking_remainder"]
TOTALS += ["requested_start_date", "start_date", "end_date", "status", "status_date"]
PERIOD_FIELDS = {**{name: name for name in TOTALS}, "is_clamped": "clamped"}
RECONCILED = {
    **{name: name for name in ("own_return", "own_status", "fees", "difference")},
    "portfolio_return": "group_return",
}
CURRENCY_FIELDS = ["is_local_known"]
CURRENCY_FIELDS += [f"{side}_{effect}" for side in SIDES for effect in EFFECTS]
WEIGHTS = ["portfolio_weight", "benchmark_weight"]
NOTES = {
    "LINKED": "BENCHMARK_DAY_LINKED",
    "LEFT_OUT": "BENCHMARK_DAY_LEFT_OUT",
    "FILLED": "BENCHMARK_DAY_MISSING",
}


def calculate(request: AttributionRequest, inputs: UpstreamInputs) -> Calculation:
    """Attribute the active return of every period.

    Raises:
        ServiceProblem: INVALID_REQUEST for sides that do not fit together or weights that do not
            sum to 1, INSUFFICIENT_DATA where there is no day at all.
    """
    if request.stateful_input is not None:
        as_of = request.stateful_input.as_of_date
        periods = periods_of(request.analyses, as_of)
        dimensions = request.group_by or STATEFUL_DIMENSIONS
        sides, windows = stateful_sides(inputs, request.stateful_input, dimensions, periods)
    else:
        sent = request.stateless_input
        assert sent is not None  # noqa: S101  (the envelope: exactly one)
        as_of = stateless_as_of(sent)
        periods = periods_of(request.analyses, as_of)
        sides = stateless_sides(sent, request.group_by or dimensions_of(sent), as_of)
        windows = sent_windows(sides, periods)
        inputs.diagnostics += unusual_points(sent, sides)
    _check_cells(sides, len(periods))
    options = AttributionOptions(periods, request.effects, request.frequency, with_linking=True)
    try:
        result = attributed(sides, options, [Variant(request.model, request.linking)])
    except ValueError as broken:
        raise invalid(str(broken)) from broken
    return Calculation(
        _answer(result, sides),
        [*stale_valuations(windows), *_diagnostics(sides)],
        kept_details(result, sides),
    )


def _check_cells(sides: AttributionSides, period_count: int) -> None:
    """Raises ServiceProblem, INVALID_REQUEST, for too many groups by days or periods."""
    days = len(np.unique(sides.portfolio.dates))
    nodes = int((sides.groups.levels.max(axis=1, initial=-1) + 1).sum())
    CELLS.check(max(len(sides.groups.leaves), nodes) * max(days, period_count))


def _answer(result: AttributionResult, sides: AttributionSides) -> dict[str, Any]:
    """Periods by key, each with its rows."""
    totals = result.totals
    results = dict(zip(totals["period"], records(totals, PERIOD_FIELDS), strict=True))
    reconciled = records(totals, RECONCILED) if sides.own is not None else [None] * len(totals)
    for period, reconciliation in zip(totals["period"], reconciled, strict=True):
        results[period] |= {
            "groups": _rows(result.groups, period, [*WEIGHTS, *EFFECTS]),
            "levels": _rows(result.levels, period, ["level", "between", "within", *EFFECTS]),
            "currency": _rows(result.currency, period, CURRENCY_FIELDS, _currency),
            "reconciliation": reconciliation,
        }
    return results


def _rows(
    frame: pd.DataFrame,
    period: str,
    columns: Sequence[str],
    change: Callable[[Row], Row] = lambda row: row,
) -> LateRows:
    """Rows of a period, with their keys as JSON has them."""
    names = {name: name for name in ("key", *columns)}
    return LateRows(
        lambda: frame[frame["period"] == period],
        names,
        lambda row: change({**row, "key": json.loads(row["key"])}),
    )


def _currency(row: dict[str, Any]) -> dict[str, Any]:
    sides = {side: {effect: row[f"{side}_{effect}"] for effect in EFFECTS} for side in SIDES}
    return {"key": row["key"], "is_local_known": row["is_local_known"], **sides}


def _diagnostics(sides: AttributionSides) -> Iterator[Diagnostic]:
    """Days that do not fit, groups without net capital or whose currency return is not known."""
    for kind, code in NOTES.items():
        days = sides.notes.loc[sides.notes["kind"] == kind, "date"]
        yield from named(code, [f"{day:%Y-%m-%d}" for day in days])
    without = sides.no_net_capital
    rows = zip(sides.groups.keys[without["code"]], without["side"], without["date"], strict=True)
    details = [f"group {key} of the {side} on {day:%Y-%m-%d}" for key, side, day in rows]
    yield from named("NO_NET_CAPITAL", details)
    unknown = sides.unknown_local.drop_duplicates(["owner", "code"])
    known = unknown[sides.has_local[unknown["owner"].to_numpy()]]
    yield from named("CURRENCY_RETURN_UNKNOWN", sides.groups.keys[known["code"]].tolist())


def _group(name: str, weight: str, base: str) -> dict[str, Any]:
    observation = {"date": "2025-01-02", "weight_bop": weight, "return_base": base}
    return {"key": {"asset_class": name}, "observations": [observation]}


SENT = {
    "portfolio_groups_data": [_group("Equity", "0.6", "0.02"), _group("Bond", "0.4", "0.01")],
    "benchmark_groups_data": [_group("Equity", "0.5", "0.015"), _group("Bond", "0.5", "0.01")],
}

OPERATION = Operation(
    name="attribution",
    paths=("/performance/attribution",),
    summary="Attribution of the active return",
    description="Allocation, selection and interaction by group, level and currency, linked over "
    "days or longer periods (definitions: docs/ANALYTICS.md).",
    request=AttributionRequest,
    results=AttributionResults,
    calculate=calculate,
    sent=SENT,
    derived={"effects": effects_detail},
)
