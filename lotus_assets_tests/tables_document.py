"""`docs/TABLES.md`, whose rows about tables of the graph follow from their contracts.

`python -m lotus_assets_tests.tables_document` writes them anew.
"""

import re
from collections import defaultdict
from pathlib import Path

import dagster as dg

from lotus_assets.commands.execution import tables_of
from lotus_assets.inputs import core_payload
from lotus_assets.inputs.partitions import CORE_INPUTS
from lotus_assets.tables.table import Table

DOCUMENT = Path(__file__).parents[1] / "docs" / "TABLES.md"
SECTION = re.compile(
    r"^(## .*\(`(\w+)`\)\n(?:(?!\|).*\n)*\|.*\n\| --- .*\n)(?:\|.*\n)*", re.MULTILINE
)
"""A section about a group of the graph: its head down to the table's first row, and the rows."""


def tables_by_group(definitions: dg.Definitions) -> dict[str, dict[str, Table]]:
    """Every table of the graph, and the index of payloads that its collections share."""
    graph = definitions.resolve_asset_graph()
    groups: dict[str, dict[str, Table]] = defaultdict(dict)
    groups[CORE_INPUTS][core_payload.TABLE.name] = core_payload.TABLE
    for name, table in tables_of(definitions.get_repository_def()).items():
        groups[graph.get(dg.AssetKey(name)).group_name][name] = table
    return groups


def document_text(definitions: dg.Definitions, text: str) -> str:
    """`text` with the rows of every group's section as the contracts say."""
    groups = tables_by_group(definitions)

    def section(match: re.Match[str]) -> str:
        rows = [
            f"| `{name}` | {', '.join(table.key)} | {table.description} |\n"
            for name, table in sorted(groups.pop(match[2]).items())
        ]
        return match[1] + "".join(rows)

    rewritten = SECTION.sub(section, text)
    if groups:
        raise ValueError(f"{DOCUMENT.name} has no section of {', '.join(sorted(groups))}")
    return rewritten


if __name__ == "__main__":
    from lotus_assets.definitions import defs

    before = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(document_text(defs, before), encoding="utf-8")
