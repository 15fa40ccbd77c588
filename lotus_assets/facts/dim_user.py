"""dim_user: the people and bots of GitLab."""

from collections.abc import Sequence

import pandas as pd
from pandera.pandas import Field

from lotus_assets.engine.delivery.patterns import matches_any
from lotus_assets.graph.column_lineage import columns_of, copied_from
from lotus_assets.graph.computed_assets import ComputedTable, computed_asset
from lotus_assets.graph.inputs import Inputs
from lotus_assets.graph.layers import FACTS
from lotus_assets.raw import raw_user
from lotus_assets.sources.rules_file import read_rules
from lotus_assets.tables.columns import Boolean, Text
from lotus_assets.tables.gitlab_columns import UserId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel


class DimUser(TableModel):
    """One row a user."""

    user_id: UserId
    username: Text = Field(description="Login name.")
    name: Text = Field(nullable=True, description="Display name.")
    state: Text = Field(nullable=True, description="active, blocked, deactivated, …")
    is_bot: Boolean = Field(description="GitLab says so, or a bot pattern matches the username.")
    email_hash: Text = Field(
        nullable=True, description="SHA-256 (HMAC when keyed) of the lower-cased address."
    )


TABLE = Table(
    name="dim_user",
    model=DimUser,
    key=("user_id",),
    version=None,
    description="Users, with who is a bot.",
)
LINEAGE = {
    **copied_from(raw_user.TABLE, "user_id", "username", "name", "state", "email_hash"),
    "is_bot": columns_of(raw_user.TABLE, "is_bot", "username"),
}


def user_rows(raw_user: pd.DataFrame, bot_patterns: Sequence[str]) -> pd.DataFrame:
    """Rows of `dim_user`, by user id: a bot is who GitLab says or whose name matches."""
    users = raw_user.sort_values("user_id", ignore_index=True)
    is_bot = users["is_bot"].fillna(False).astype(bool) | matches_any(
        users["username"], bot_patterns
    )
    return users.assign(is_bot=is_bot)[TABLE.columns]


def compute(inputs: Inputs) -> pd.DataFrame:
    """Rows of `dim_user` from what is stored."""
    rules = read_rules(inputs.settings.tem_rules_file)
    return user_rows(inputs.read(raw_user.TABLE), rules.bot_patterns)


COMPUTED = ComputedTable(TABLE, compute, reads=(raw_user.TABLE,), lineage=LINEAGE)
dim_user = computed_asset(COMPUTED, FACTS)
