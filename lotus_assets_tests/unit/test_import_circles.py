"""No two modules of the package import each other, not even through others or for types alone."""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest


def circle(imports: dict[str, set[str]]) -> list[str]:
    """Some circle among the imports (module → those that it imports); empty without any."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])
    return []


@pytest.mark.parametrize(
    ("imports", "length"),
    [({"a": {"b"}, "b": {"c"}, "c": set()}, 0), ({"a": {"b"}, "b": {"c"}, "c": {"a"}}, 3)],
)
def test_a_circle_is_seen(imports: dict[str, set[str]], length: int) -> None:
    assert len(set(circle(imports))) == length


def test_no_module_imports_itself_by_way_of_others() -> None:
    graph = grimp.build_graph("lotus_assets", cache_dir=None)
    imports = {name: graph.find_modules_directly_imported_by(name) for name in graph.modules}
    assert len(imports) > 300
    assert circle(imports) == []
