"""What holds for all projects alike: rules, days, people.

A fact gets of these what it declares, and its mark holds their content: what it forgot to declare
it cannot use.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

import pandas as pd

from lotus_assets.facts import dim_user
from lotus_assets.facts.marks import content_of
from lotus_assets.graph.inputs import Inputs
from lotus_assets.sources.rules_file import Rules, read_rules
from lotus_assets.tables.table import Table

Value = TypeVar("Value")
GHOST_USERNAME, GHOST_NAME = r"ghost\d*", "Ghost User"
"""As `Users::Internal.ghost` makes it; it gets a number where the name is taken."""


@dataclass(frozen=True)
class Given(Generic[Value]):
    """Something given to all projects alike: what it is taken from, and its content in short."""

    name: str
    take: Callable[[Inputs], Value]
    content: Callable[[Value], str]
    tables: tuple[Table, ...] = ()
    cause: str = ""
    """Under which name it is a cause of restated figures; what is taken from tables is rows."""


def _people(inputs: Inputs) -> pd.DataFrame:
    names = ["user_id", "username", "name", "is_bot", "email_hash"]
    return inputs.read(dim_user.TABLE)[names]


def _bots(inputs: Inputs) -> pd.DataFrame:
    people = inputs.read(dim_user.TABLE)
    return people.loc[people["is_bot"].fillna(False).astype(bool), ["user_id"]]


def _ghosts(inputs: Inputs) -> pd.DataFrame:
    people = inputs.read(dim_user.TABLE)
    is_ghost = people["username"].str.fullmatch(GHOST_USERNAME) & people["name"].eq(GHOST_NAME)
    return people.loc[is_ghost.fillna(False).astype(bool), ["user_id"]]


RULES = Given(
    "the rules file", lambda inputs: read_rules(inputs.settings.tem_rules_file),
    content=lambda rules: Rules.model_dump_json(rules, exclude={"targets"}), cause="rules_file",
)  # fmt: skip
TIMEZONE = Given(
    "the time zone", lambda inputs: inputs.settings.timezone, content=str, cause="time_zone",
)  # fmt: skip
PEOPLE = Given("the people", _people, content=content_of, tables=(dim_user.TABLE,))
"""user_id, username, name, is_bot and email_hash of everyone."""
BOTS = Given("the bots", _bots, content=content_of, tables=(dim_user.TABLE,))
"""user_id of every bot."""
GHOSTS = Given("the Ghost User", _ghosts, content=content_of, tables=(dim_user.TABLE,))
"""user_id of the account that GitLab gives what deleted people wrote."""
