"""Databases of the first revisions, 0001 to 0011, whose place one baseline took.

They made what the baseline makes. A database that has them all goes on from the baseline with its
data untouched; one that has only some of them is brought to the last by the release that knows
them.
"""

from collections.abc import Set

from sqlalchemy import Connection, column, table, update

from lotus_assets.migrations.comparing import (
    SCHEMA,
    VERSION_TABLE,
    differences,
    revision_context,
)
from lotus_assets.sources.warehouse.errors import WarehouseUnavailable

BASELINE = "baseline"
LAST = "0011"
FIRST_REVISIONS = frozenset(f"{number:04d}" for number in range(1, 12))
LAST_COMMIT = "d76d6b4"
"""The last commit that holds them."""

_VERSION = table(VERSION_TABLE, column("version_num"), schema=SCHEMA)


def take_over(connection: Connection, known: Set[str]) -> bool:
    """Put the baseline in the place of the last of the first revisions; whether that was needed.

    `known` are the revisions that there are now. In the caller's transaction.

    Raises:
        WarehouseUnavailable: no upgrade from the database's revision is known here.
    """
    revision = revision_context(connection).get_current_revision()
    if revision is None or revision in known:
        return False
    if revision != LAST:
        raise WarehouseUnavailable(_no_way_from(revision))
    connection.execute(update(_VERSION).values(version_num=BASELINE))
    return True


def check_taken_over(connection: Connection) -> None:
    """The database that was taken over, and upgraded since, has the tables of the contracts.

    Raises:
        WarehouseUnavailable: it has not; the caller is to take everything back.
    """
    # Here, because it imports the whole code location, which no other upgrade has to.
    from lotus_assets.migrations.tables import every_table

    operations = differences(connection, every_table())
    if operations:
        raise WarehouseUnavailable(
            f"The database is at revision {LAST}, but its tables are not those that its revisions "
            "made; nothing was changed. To be like them it would need:\n" + "\n".join(operations)
        )


def _no_way_from(revision: str) -> str:
    if revision in FIRST_REVISIONS:
        return (
            f"The database is at revision {revision}, from which this release knows no way on. "
            f"Upgrade it to {LAST} with the last release that does: check out {LAST_COMMIT} and "
            "start it once with this database (make run). Then start this release again."
        )
    return (
        f"The database is at revision {revision}, which this release does not know: a newer one "
        "made it. Start that one instead."
    )
