"""raw_user: the people and bots that the other tables name."""

import pandas as pd
from pandera.pandas import Field

from lotus_assets.raw.payload_columns import Payloads, flat, identifiers
from lotus_assets.tables.columns import Boolean, Text
from lotus_assets.tables.gitlab_columns import HASH, UserId
from lotus_assets.tables.table import Table
from lotus_assets.tables.table_model import TableModel

STATES = [
    "active",
    "blocked",
    "deactivated",
    "banned",
    "ldap_blocked",
    "blocked_pending_approval",
]


class RawUser(TableModel):
    """One row a user."""

    user_id: UserId
    username: Text = Field(description="Unique name; it may change.")
    name: Text = Field(nullable=True, description="Displayed name.")
    state: Text = Field(isin=STATES, description="active, blocked, deactivated, banned, ….")
    is_bot: Boolean = Field(description="GitLab says that it is a bot.")
    email_hash: Text = Field(
        nullable=True,
        str_matches=HASH,
        description="Hash of the public address, keyed if a key is set; NULL without one.",
    )


TABLE = Table(
    name="raw_user",
    model=RawUser,
    key=("user_id",),
    version=None,
    description="Users that take part in the projects.",
)


def rows(payloads: Payloads) -> pd.DataFrame:
    """Rows of `GitLabSource.users`."""
    frame = flat(payloads, ["id", "username", "name", "state", "bot", "emailHash"])
    frame = frame.assign(user_id=identifiers(frame["id"]))
    return frame.rename(columns={"bot": "is_bot", "emailHash": "email_hash"})[TABLE.columns]
