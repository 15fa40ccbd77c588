"""Sides of attributions from rows of reports, as they came or as they are stored."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from lotus_assets.engine.performance.frames.attribution_sides import (
    AttributionSides,
    instrument_sides,
)
from lotus_assets.engine.performance.frames.node_keys import group_key
from lotus_assets.engine.performance.frames.part_names import GROUP, PORTFOLIO
from lotus_assets.engine.performance.frames.portfolio_parts import listed_metas, portfolio_parts


@dataclass(frozen=True)
class ReportLists:
    """What a portfolio's report lists beside its rows: `instruments` (instrument_id and meta each),
    `groups` of the benchmark (their dimensions), and the reporting currency."""

    instruments: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, str]]
    currency: str


def report_sides(
    points: pd.DataFrame,
    portfolios: pd.DataFrame,
    lists: Mapping[str, ReportLists],
    group_by: Sequence[str],
) -> AttributionSides:
    """Sides of portfolios from the rows of their reports, whose lists are by portfolio_id.

    `points`: as for `portfolio_parts`, and rows of the part GROUP, whose part_id is the group's key
    (JSON of its dimensions) and which have the columns of `instrument_sides`' benchmark; only those
    of listed groups count. Raises ValueError for what does not fit.
    """
    is_group = (points["part"] == GROUP).to_numpy(dtype=bool)
    instruments = {name: report.instruments for name, report in lists.items()}
    metas = listed_metas(instruments, "instrument_id")
    parts = portfolio_parts(points[~is_group], portfolios, metas, group_by)
    groups = {name: report.groups for name, report in lists.items()}
    currencies = [lists[name].currency for name in parts.days.portfolio_id]
    benchmark = listed_groups(points[is_group], groups, group_by)
    return instrument_sides(parts, benchmark, group_by, currencies)


def known_from_second_row(portfolios: pd.DataFrame, points: pd.DataFrame) -> pd.DataFrame:
    """`portfolios` as of which a period that begins by the first row is too long for the report.

    Its benchmark runs from the portfolio's row before, which a report that begins after the opening
    does not hold: the benchmark's days between the two would be lost. `points`: as for
    `report_sides`.
    """
    own = points[points["part"] == PORTFOLIO]
    firsts = own.groupby("portfolio_id")["perf_date"].min()
    first = portfolios["portfolio_id"].map(firsts).astype("datetime64[s]")
    known = portfolios["performance_start_date"]
    is_cut = (portfolios["portfolio_open_date"] < known) & first.notna()
    after = (first + pd.Timedelta(days=1)).where(is_cut, known)
    return portfolios.assign(performance_start_date=after)


def listed_groups(
    rows: pd.DataFrame, groups: Mapping[str, Sequence[Mapping[str, str]]], names: Sequence[str]
) -> pd.DataFrame:
    """Rows of the groups that are listed for their portfolios, under keys of the dimensions.

    Stored beside them are rows of earlier payloads: of groups that are gone, of other dimensions,
    and of the same ones in another order, which stand where there is no row under the very key.
    """
    numbers, stored = pd.factorize(rows["part_id"])
    spelled = [group_key(names, json.loads(key)) for key in stored]
    codes = {key: code for code, key in enumerate(dict.fromkeys(spelled))}
    code = np.array([codes[key] for key in spelled], np.int64)[numbers]
    portfolio = pd.Index(list(groups)).get_indexer(pd.Index(rows["portfolio_id"]))
    is_listed = _is_listed(groups.values(), names, codes)[portfolio, code]
    keys = pd.Categorical.from_codes(code, pd.Index(list(codes)))
    listed = rows.drop(columns="part_id").assign(key=keys)[is_listed]
    is_other = np.array([key != former for key, former in zip(spelled, stored, strict=True)], bool)
    of_rows = is_other[numbers[is_listed]]
    if not of_rows.any():
        return listed
    listed = listed.iloc[np.argsort(of_rows, kind="stable")]
    return listed.drop_duplicates(["portfolio_id", "key", "perf_date"])


def _is_listed(
    groups: Iterable[Sequence[Mapping[str, str]]], names: Sequence[str], codes: Mapping[str, int]
) -> NDArray[np.bool_]:
    """Whether a group is listed for a portfolio: [portfolio, code of the group's key]."""
    every = list(groups)
    is_listed = np.zeros((len(every), len(codes)), bool)
    for number, listed in enumerate(every):
        keys = [group_key(names, dimensions) for dimensions in listed]
        is_listed[number, [codes[key] for key in keys if key in codes]] = True
    return is_listed
