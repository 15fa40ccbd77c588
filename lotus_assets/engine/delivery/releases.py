"""Releases and bare tags: when they came out, and whether their names are versions."""

import pandas as pd
from semver import Version

from lotus_assets.engine.delivery.local_days import iso_weeks, local_days
from lotus_assets.engine.delivery.reasons import joined_reasons

KEY = ["project_id", "tag_name"]


def is_semver(tag_names: pd.Series) -> pd.Series:
    """Whether each name is a version by SemVer 2.0.0, one leading `v` allowed; NULL is not.

    Only ASCII digits count: the grammar of semver.org knows no others.
    """
    distinct = pd.Series(tag_names.dropna().unique(), dtype=object)
    valid = distinct.map(
        lambda name: (
            name.isascii() and name.isprintable() and Version.is_valid(name.removeprefix("v"))
        )
    )
    return tag_names.isin(distinct[valid.astype(bool)]).astype(bool)


def release_cadence(releases: pd.DataFrame, tags: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Releases, plus tags without a release, one row each, sorted by project and tag.

    Columns: project_id, tag_name; is_release; released_at (else the tag's or commit's date);
    semver_valid; cadence_bucket, the ISO week of its day in `timezone` as `2026-W14`; reason:
    `tag_missing` (a release without a tag) and `date_missing`.
    """
    rows = releases[[*KEY, "released_at"]].merge(
        tags[[*KEY, "tagged_at", "committed_at"]], on=KEY, how="outer", indicator=True
    )
    released_at = rows["released_at"].fillna(rows["tagged_at"]).fillna(rows["committed_at"])
    result = rows[KEY].assign(
        is_release=rows["_merge"].ne("right_only"),
        released_at=released_at,
        semver_valid=is_semver(rows["tag_name"]),
        cadence_bucket=iso_weeks(local_days(released_at, timezone)),
        reason=joined_reasons(
            rows.index,
            {
                "tag_missing": rows["_merge"].eq("left_only"),
                "date_missing": released_at.isna(),
            },
        ),
    )
    return result.sort_values(KEY, ignore_index=True)
