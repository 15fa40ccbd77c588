"""How groups and nodes of a hierarchy are named: JSON of their dimensions, outermost first.

This is the one spelling: of the groups of inputs, of the keys of results, in tables and answers.
"""

import json
from collections.abc import Mapping, Sequence


def node_key(names: Sequence[str], values: Sequence[str]) -> str:
    """Key of the node that has these values in the dimensions `names`."""
    return json.dumps(dict(zip(names, values, strict=True)), ensure_ascii=False)


def group_key(names: Sequence[str], dimensions: Mapping[str, str]) -> str:
    """Key of a group whose dimensions came in any order: `names` first, in their order."""
    ordered = [name for name in names if name in dimensions]
    ordered += sorted(dimensions.keys() - set(names))
    return node_key(ordered, [dimensions[name] for name in ordered])
