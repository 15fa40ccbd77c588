"""How a node of a hierarchy is named in results: JSON of its dimensions, outermost first."""

import json
from collections.abc import Sequence


def node_key(names: Sequence[str], values: Sequence[str]) -> str:
    """Key of the node that has these values in the dimensions `names`."""
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)
