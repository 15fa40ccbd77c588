"""Whose an asset is, and what it may hold: owners and tags by business, for all assets alike."""

from collections.abc import Iterable
from enum import StrEnum

import dagster as dg


class Domain(StrEnum):
    """The business that an asset belongs to; its owners are the team of that name."""

    DELIVERY = "delivery"
    PORTFOLIOS = "portfolios"
    PLATFORM = "platform"


class PersonalData(StrEnum):
    """What an asset holds of natural persons: the tag `pii`."""

    NAMES = "names"
    PSEUDONYMS = "pseudonyms"
    NONE = "none"


DOMAIN_TAG, PERSONAL_DATA_TAG, DEADLINE_TAG = "domain", "pii", "sla"
NO_DEADLINE = "none"

COLUMNS_WITH_NAMES = frozenset({"username", "author_name"})
ENDS_OF_PSEUDONYMS = ("user_id", "email_hash", "portfolio_id")
"""Whoever holds GitLab's user list, or lotus-core's clients, knows the person behind these."""


def personal_data(columns: Iterable[str]) -> PersonalData:
    """What a table with these columns holds of natural persons."""
    names = set(columns)
    if names & COLUMNS_WITH_NAMES:
        return PersonalData.NAMES
    if any(name.endswith(ENDS_OF_PSEUDONYMS) for name in names):
        return PersonalData.PSEUDONYMS
    return PersonalData.NONE


def of_domain(domain: Domain, assets: Iterable[dg.AssetsDefinition]) -> list[dg.AssetsDefinition]:
    """The assets with their owners, and the tags `domain`, `pii` and `sla`.

    `sla` is what `with_deadline` said; `none` where there is no deadline. `pii` follows from the
    columns, but for what is no table, which says it itself.
    """
    return [
        definition.map_asset_specs(lambda spec: _in_domain(domain, spec)) for definition in assets
    ]


def _in_domain(domain: Domain, spec: dg.AssetSpec) -> dg.AssetSpec:
    schema = spec.metadata.get("dagster/column_schema")
    columns = [column.name for column in schema.columns] if schema else []
    tags = {
        DEADLINE_TAG: NO_DEADLINE,
        PERSONAL_DATA_TAG: str(personal_data(columns)),
        **spec.tags,
        DOMAIN_TAG: str(domain),
    }
    return spec.replace_attributes(owners=[f"team:{domain}"], tags=tags)
