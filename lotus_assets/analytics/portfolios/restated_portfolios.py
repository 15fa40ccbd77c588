"""Restated figures of portfolios: what tables said as of a day, and say otherwise now, and why.

Of tables that keep every as-of day, each number that was written once is given out. A row that
comes is none; that a number becomes NULL, or its row vanishes, counts. Series that show the newest
day alone (returns_series, twr_breakdown) begin on another day every day and are not looked at.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import pandas as pd
from sqlalchemy import Connection

from lotus_assets.analytics.portfolios.portfolio_family import PortfolioFamily, keeps_every_day
from lotus_assets.filling.restatement import reasons_text, row_keys, write_restatements
from lotus_assets.inputs.payload_reading import read_payloads
from lotus_assets.inputs.shared_inputs import read_used_payloads
from lotus_assets.sources.warehouse.computations import (
    WORKED_OUT_FROM,
    read_computations,
    read_payload_changes,
)
from lotus_assets.sources.warehouse.replacement import Replacement
from lotus_assets.sources.warehouse.schema import type_name
from lotus_assets.tables.table import Table

PAIR = ["as_of_date", "portfolio_id"]
PAYLOAD = ["contract", "subject", "variant"]
CAUSE_OF = {"inputs": "payloads", "options": "settings", "engine": "engine"}
"""The cause of what follows from another one of WORKED_OUT_FROM."""


def figures_of(table: Table) -> list[str]:
    """The columns that are figures: numbers beside the key."""
    columns = table.schema.columns.items()
    return [
        name for name, column in columns if type_name(column) == "Float64" and name not in table.key
    ]


@dataclass(frozen=True)
class PortfolioWitness:
    """Notes which figures of a family's tables a run changes, as it changes them.

    `planned` gives of a table all that the run settles: PAIR and WORKED_OUT_FROM.
    """

    family: PortfolioFamily
    planned: Callable[[Table], pd.DataFrame]
    run_id: str
    now: datetime

    def __call__(self, replacement: Replacement) -> None:
        """Write the restatements."""
        table, figures = replacement.table, figures_of(replacement.table)
        if not keeps_every_day(table) or not figures:
            return
        rows = replacement.differing(figures)
        if rows.empty:
            return
        values = _by_figure(rows, figures)
        why = pd.concat(
            [
                self._why(replacement.connection, table, as_of, values)
                for as_of in sorted(set(values["as_of_date"]))
            ]
        )
        restated = values.merge(why, on=PAIR, how="left", validate="many_to_one").assign(
            row_key=row_keys(values, table.key),
            figure_date=pd.to_datetime(values["as_of_date"]),
            subject=values["portfolio_id"],
        )
        write_restatements(
            replacement.connection, restated, table=table, run_id=self.run_id, at=self.now
        )

    def _why(
        self, connection: Connection, table: Table, as_of: date, values: pd.DataFrame
    ) -> pd.DataFrame:
        """PAIR, `cause` and `reasons` of the portfolios that are restated as of a day."""
        of_day = values[values["as_of_date"] == as_of]
        portfolios = pd.Index(sorted(set(of_day["portfolio_id"])))
        noted = read_computations(connection, table.name, as_of).reindex(portfolios)
        planned = self.planned(table)
        now = planned[planned["as_of_date"] == as_of].set_index("portfolio_id")
        is_other = noted[WORKED_OUT_FROM].ne(now[WORKED_OUT_FROM].reindex(portfolios))
        is_other = is_other.rename(columns=CAUSE_OF)[list(CAUSE_OF.values())]
        causes = is_other.apply(lambda row: "; ".join(row.index[row]) or "unknown", axis=1)
        causes = causes.where(noted["inputs"].notna(), "unknown")
        changed = noted[is_other["payloads"]]["seen_change"].dropna()
        names = self._payload_names(connection, as_of, changed)
        reasons = [reasons_text(names.get(one, []), len(names.get(one, []))) for one in portfolios]
        return pd.DataFrame(
            {
                "as_of_date": as_of,
                "portfolio_id": portfolios,
                "cause": causes.to_numpy(),
                "reasons": reasons,
            }
        )

    def _payload_names(
        self, connection: Connection, as_of: date, seen: "pd.Series[int]"
    ) -> dict[str, list[str]]:
        """By portfolio the payloads that others took the place of since, `seen` by portfolio."""
        if seen.empty:
            return {}
        used = self._used(connection, as_of, list(seen.index))
        used = used.merge(seen.rename("seen"), left_on="portfolio_id", right_index=True)
        changes = read_payload_changes(connection, as_of, int(seen.min()))
        since = used.merge(changes, on=PAYLOAD)
        since = since[since["payload_change_id"] > since["seen"]]
        first = since.sort_values("payload_change_id").drop_duplicates(["portfolio_id", *PAYLOAD])
        first = first.sort_values(PAYLOAD).assign(name=_names(first))
        by_portfolio = first.groupby("portfolio_id")["name"].agg(list)
        return {str(portfolio): names for portfolio, names in by_portfolio.items()}

    def _used(self, connection: Connection, as_of: date, portfolios: list[str]) -> pd.DataFrame:
        """PAYLOAD, status and hash of what each portfolio follows from."""
        own = [
            read_payloads(connection, kind, as_of, portfolios).assign(
                contract=kind.contract.name, portfolio_id=lambda rows: rows["subject"]
            )
            for kind in self.family.own_inputs
        ]
        shared = [
            read_used_payloads(connection, one, as_of, portfolios).assign(
                contract=one.kind.contract.name
            )
            for one in self.family.shared
        ]
        return pd.concat([*own, *shared], ignore_index=True)


def _names(rows: pd.DataFrame) -> pd.Series:
    """What each payload is, and what it was and is by its status and the hash of its content."""
    variant = (" " + rows["variant"].astype(str)).where(rows["variant"].ne(""), "")
    before = rows["old_status"].astype(str) + " " + rows["old_content_hash"].fillna("").astype(str)
    now = rows["status"].astype(str) + " " + rows["content_hash"].fillna("").astype(str)
    subject = rows["contract"] + " of " + rows["subject"] + variant
    return subject + ": " + before.str.strip() + " → " + now.str.strip()


def _by_figure(rows: pd.DataFrame, figures: list[str]) -> pd.DataFrame:
    """One row a figure that says something else: `figure`, `old_value`, `new_value`."""
    both = [f"{when}_{name}" for when in ("old", "new") for name in figures]
    numbers = rows[both].astype("Float64")
    others = [
        rows.drop(columns=both)
        .assign(figure=name, old_value=numbers[f"old_{name}"], new_value=numbers[f"new_{name}"])
        .loc[is_distinct(numbers[f"old_{name}"], numbers[f"new_{name}"])]
        for name in figures
    ]
    return pd.concat(others, ignore_index=True)


def is_distinct(one: pd.Series, other: pd.Series) -> pd.Series:
    """Where two columns differ; NULL differs from a number and not from NULL."""
    return (one.isna() != other.isna()) | one.ne(other).fillna(False).astype(bool)
