"""What is worked out in the graph, in its order."""

from lotus_assets.commands.execution import tables_of
from lotus_assets.definitions import defs
from lotus_assets.facts import recomputing
from lotus_assets.graph import computed_assets

_FACTS, _COMPUTED = recomputing.PROJECT_FACTS, computed_assets.COMPUTED_TABLES
_ORDER = list(tables_of(defs.get_repository_def()))

PROJECT_FACTS = [_FACTS[name] for name in _ORDER if name in _FACTS]
COMPUTED_TABLES = [_COMPUTED[name] for name in _ORDER if name in _COMPUTED]
