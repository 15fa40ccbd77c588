"""What is stored beside what GitLab says now: the comparison, field by field."""

from collections.abc import Mapping

import pandas as pd

from lotus_assets.sources.gitlab.pages import Payload
from lotus_assets.sources.gitlab.parity import FIELDS

INSTANTS = ("created_at", "updated_at", "merged_at", "closed_at")
LISTS = ("labels",)
SAME_INSTANT = pd.Timedelta(seconds=1)
"""GraphQL gives whole seconds, REST milliseconds."""
MOVED = "moved"
"""Reason of a merge request that changed in GitLab after its project was collected."""


def compared(stored: pd.DataFrame, answers: Mapping[int, Payload]) -> pd.DataFrame:
    """The sample field by field: project_id, mr_id, iid, field, both values as text, is_equal.

    `stored` has a row a merge request as by `read_sample`; `answers` what `merge_request_again`
    gave, by its index. Fields that GitLab did not tell of one are left out. NULL equals NULL;
    instants compare within one second; labels without their order. Of a merge request that moved
    in GitLab since `collected_at` one row is left, which says so and is not compared.
    """
    stored = stored.loc[list(answers)]
    again = pd.DataFrame.from_dict(dict(answers), orient="index", dtype=object)
    long = pd.concat([_one_field(name, stored, again, answers) for name in FIELDS])
    late = instants(again["updated_at"]) - instants(stored["collected_at"]) > SAME_INSTANT
    has_moved = long.index.isin(stored.index[late])
    moved = long[has_moved & long["field"].eq("updated_at")].assign(reason=MOVED)
    moved["is_equal"] = pd.NA
    return pd.concat([long[~has_moved], moved]).reset_index(drop=True)


def _one_field(
    name: str, stored: pd.DataFrame, again: pd.DataFrame, answers: Mapping[int, Payload]
) -> pd.DataFrame:
    answered = [position for position, answer in answers.items() if name in answer]
    first = stored.loc[answered, name]
    second = again.loc[answered, name] if answered else first
    return stored.loc[answered, ["project_id", "mr_id", "iid"]].assign(
        field=name,
        stored_value=as_text(first, name),
        gitlab_value=as_text(second, name),
        is_equal=are_equal(first, second, name),
        reason=None,
    )


def are_equal(stored: pd.Series, again: pd.Series, name: str) -> pd.Series:
    """Whether both say the same of the field `name`."""
    if name in INSTANTS:
        is_same = (instants(stored) - instants(again)).abs() <= SAME_INSTANT
    else:
        is_same = as_text(stored, name) == as_text(again, name)
    equal: pd.Series = (is_same | (stored.isna() & again.isna())).astype("boolean")
    return equal


def as_text(values: pd.Series, name: str) -> pd.Series:
    """The values as they are shown and compared: NULL as None, lists sorted, numbers whole."""
    if name in INSTANTS:
        shown: pd.Series = instants(values).dt.strftime("%Y-%m-%dT%H:%M:%SZ").astype(object)
        return shown
    if name in LISTS:
        values = values.map(lambda items: ", ".join(sorted(map(str, items))), na_action="ignore")
    whole = values.map(
        lambda value: str(int(value)) if _is_number(value) else str(value), na_action="ignore"
    )
    text: pd.Series = whole.astype(object).where(values.notna(), None)
    return text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def instants(values: pd.Series) -> pd.Series:
    """Instants or GitLab's text of them, in UTC."""
    return pd.to_datetime(values, utc=True, format="ISO8601").astype("datetime64[us, UTC]")
