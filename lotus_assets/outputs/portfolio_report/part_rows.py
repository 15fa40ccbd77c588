"""What parts of portfolios did: contributions of positions and nodes, attribution to groups."""

import json
from collections.abc import Mapping

import pandas as pd

from lotus_assets.engine.performance.frames.node_keys import node_key
from lotus_assets.outputs.portfolio_report.plain_values import (
    Row,
    rows_by_period,
    rows_by_portfolio,
)
from lotus_assets.outputs.portfolio_report.report_model import (
    AttributionPeriod,
    AttributionRow,
    ContributionPeriod,
    ContributionRow,
)
from lotus_assets.outputs.portfolio_report.words import notes_of, status_note

KEY = ["portfolio_id", "period"]
Path = tuple[str, ...]


def contribution_periods(
    rows: Mapping[str, pd.DataFrame], order: pd.DataFrame
) -> dict[str, tuple[ContributionPeriod, ...]]:
    """Contributions of every portfolio by period, in the order of `order` (portfolio_id, period).

    `rows`: the contribution tables by name, of one basis and linking.
    """
    totals = order[KEY].merge(rows["contribution_total"], on=KEY)
    names = _instrument_names(rows["positions"])
    positions = rows["contribution"].merge(names, on=["portfolio_id", "position_id"], how="left")
    largest = positions.sort_values("contribution", ascending=False, kind="stable")
    of_positions = rows_by_period(largest)
    of_nodes = rows_by_period(rows["contribution_level"])
    return {
        name: tuple(
            _contribution_period(
                total,
                of_positions.get((name, total["period"]), []),
                of_nodes.get((name, total["period"]), []),
            )
            for total in of_portfolio
        )
        for name, of_portfolio in rows_by_portfolio(totals).items()
    }


def _contribution_period(total: Row, positions: list[Row], nodes: list[Row]) -> ContributionPeriod:
    return ContributionPeriod(
        total["period"],
        total["start_date"],
        total["end_date"],
        total["portfolio_return"],
        total["fees"],
        total["unexplained"],
        tuple(map(_position_row, positions)),
        tuple(sorted(map(_node_row, nodes), key=_place)),
        notes_of(status_note(total["status"], total["status_date"])),
    )


def _position_row(row: Row) -> ContributionRow:
    return ContributionRow(
        (row["instrument_name"] or row["position_id"],),
        row["contribution"],
        row["average_weight"],
        row["position_return"],
        status_note(row["return_status"]),
        row["position_id"],
    )


def _node_row(row: Row) -> ContributionRow:
    return ContributionRow(path_of(row["node_key"]), row["contribution"], row["average_weight"])


def attribution_periods(
    rows: Mapping[str, pd.DataFrame], periods: pd.DataFrame
) -> dict[str, tuple[AttributionPeriod, ...]]:
    """Attribution of every portfolio that has a benchmark by period; see `period_table`.

    `rows`: the attribution tables by name, of one model and linking. The weights of a node are the
    sums of its groups'.
    """
    beside = periods[[*KEY, "benchmark_return"]].rename(
        columns={"benchmark_return": "series_return"}
    )
    totals = beside.merge(rows["attribution_total"], on=KEY)
    weights = _node_weights(rows["attribution"], rows["attribution_level"])
    nodes = rows["attribution_level"].merge(weights, on=[*KEY, "node_key"], how="left")
    is_group = nodes["node_key"].isin(set(rows["attribution"]["group_key"]))
    nodes = nodes.assign(group=nodes["node_key"].where(is_group, ""))
    of_nodes = rows_by_period(nodes)
    return {
        name: tuple(
            _attribution_period(total, of_nodes.get((name, total["period"]), []))
            for total in of_portfolio
        )
        for name, of_portfolio in rows_by_portfolio(totals).items()
    }


def _node_weights(groups: pd.DataFrame, levels: pd.DataFrame) -> pd.DataFrame:
    """Mean weights of every node: those of the groups whose path begins as the node's does."""
    weights = ["portfolio_weight", "benchmark_weight"]
    depth = int(levels["level"].max()) if len(levels) else 0
    keys = pd.Series(groups["group_key"].unique(), dtype=object)
    node_of = [
        pd.DataFrame({"group_key": keys, "node_key": keys.map(lambda key, n=n: _ancestor(key, n))})
        for n in range(1, depth + 1)
    ]
    if not node_of:
        return pd.DataFrame(columns=[*KEY, "node_key", *weights])
    listed = pd.concat(node_of).astype(str).drop_duplicates()
    both = groups[[*KEY, "group_key", *weights]].merge(listed, on="group_key")
    return both.groupby([*KEY, "node_key"], sort=False, as_index=False)[weights].sum()


def _ancestor(key: str, depth: int) -> str:
    dimensions = dict(list(json.loads(key).items())[:depth])
    return node_key([*dimensions], [*dimensions.values()])


def _attribution_period(total: Row, nodes: list[Row]) -> AttributionPeriod:
    return AttributionPeriod(
        total["period"],
        total["start_date"],
        total["end_date"],
        total["portfolio_return"],
        total["benchmark_return"],
        total["active_return"],
        total["own_return"],
        total["fees"],
        total["difference"],
        total["series_return"],
        tuple(sorted(map(_attribution_row, nodes), key=_place)),
        notes_of(
            status_note(total["status"], total["status_date"]),
            _days(total["benchmark_days_linked"], "linked into the next valued day"),
            _days(total["benchmark_days_filled"], "missing: it returned 0 on them"),
            _net_capital(total["no_net_capital_days"]),
        ),
    )


def _attribution_row(row: Row) -> AttributionRow:
    weights = ("portfolio_weight", "benchmark_weight")
    effects = ("allocation", "between", "within", "selection", "interaction", "total")
    return AttributionRow(
        path_of(row["node_key"]), **{name: row[name] for name in (*weights, *effects, "group")}
    )


def _days(count: int, what: str) -> str:
    return f"{count} day{'' if count == 1 else 's'} of the benchmark {what}." if count else ""


def _net_capital(count: int) -> str:
    if not count:
        return ""
    days = f"On {count} day{'' if count == 1 else 's'}"
    return f"{days} a group gained without net capital: its gain is in selection."


def path_of(key: str) -> Path:
    """The parts of a node's key, outermost first."""
    return tuple(map(str, json.loads(key).values()))


def _instrument_names(positions: pd.DataFrame) -> pd.DataFrame:
    return positions[["portfolio_id", "position_id", "instrument_name"]]


def _place(node: ContributionRow | AttributionRow) -> Path:
    """A parent before its children, siblings by name."""
    return node.path
