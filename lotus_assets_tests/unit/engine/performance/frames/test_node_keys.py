"""Names of nodes: one a row, whatever the rows' order and however often a node comes back."""

import pandas as pd

from lotus_assets.engine.performance.frames.node_keys import node_key, node_keys

HIERARCHY = ["asset_class", "land"]


def nodes(*rows: tuple[int, str, str | None]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["level", "0", "1"])


def test_a_key_ends_at_the_level_of_its_node() -> None:
    frame = nodes((2, "Equity", "Österreich"), (1, "Equity", None), (2, "Bond", "Österreich"))
    assert list(node_keys(frame, HIERARCHY)) == [
        '{"asset_class": "Equity", "land": "Österreich"}',
        '{"asset_class": "Equity"}',
        '{"asset_class": "Bond", "land": "Österreich"}',
    ]


def test_nodes_that_come_back_have_the_same_key() -> None:
    again = nodes((2, "Bond", "NL"), (1, "Bond", None), (2, "Bond", "NL"), (1, "Bond", None))
    deep, top = node_key(HIERARCHY, ["Bond", "NL"]), node_key(HIERARCHY[:1], ["Bond"])
    assert list(node_keys(again, HIERARCHY)) == [deep, top, deep, top]


def test_no_nodes_have_no_keys() -> None:
    assert len(node_keys(nodes(), HIERARCHY)) == 0
