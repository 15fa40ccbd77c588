"""The GraphQL documents: each file of `queries/` with the fragments that it spreads."""

import re
from functools import cache
from pathlib import Path
from typing import cast

from graphql import (
    DocumentNode,
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)
from graphql.language import Node

FOLDER = Path(__file__).parent / "queries"
_SPREAD = re.compile(r"\.\.\.(?!\s*on\b)\s*(\w+)")


@cache
def document(name: str, *, is_enterprise: bool = True) -> str:
    """The text of query `name` with every fragment it needs, ready to be sent.

    `is_enterprise` decides what the fragment `Licensed` holds: GitLab Free refuses a whole query
    that names a licensed field.
    """
    texts = {name: _read(name)}
    waiting = [name]
    while waiting:
        for fragment in _SPREAD.findall(texts[waiting.pop()]):
            file = _fragment_file(fragment, is_enterprise=is_enterprise)
            if file not in texts:
                texts[file] = _read(file)
                waiting.append(file)
    return "\n".join(texts.values())


@cache
def of_many(name: str, projects: int) -> str:
    """A query of one project for several: its field and its variables, numbered from 0."""
    base = parse(document(name))
    operation = cast(OperationDefinitionNode, base.definitions[0])
    copies = [
        cast(OperationDefinitionNode, visit(operation, _Numbered(n))) for n in range(projects)
    ]
    merged = copies[0]
    merged.variable_definitions = tuple(
        variable for copy in copies for variable in copy.variable_definitions
    )
    merged.selection_set.selections = tuple(
        field for copy in copies for field in copy.selection_set.selections
    )
    return print_ast(DocumentNode(definitions=(merged,)))


def operations() -> list[str]:
    """Names of all queries, fragments left out."""
    files = sorted(path.stem for path in FOLDER.glob("*.graphql"))
    return [name for name in files if not name.endswith("_fragment")]


def _fragment_file(fragment: str, *, is_enterprise: bool) -> str:
    if fragment == "Licensed" and not is_enterprise:
        return "unlicensed_fragment"
    return f"{fragment.lower()}_fragment"


def _read(name: str) -> str:
    return (FOLDER / f"{name}.graphql").read_text(encoding="utf-8")


class _Numbered(Visitor):
    """Appends a number to every variable and to the alias of the outer field."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def leave_variable(self, node: VariableNode, *_: object) -> Node:
        return VariableNode(name=NameNode(value=f"{node.name.value}{self.number}"))

    def leave_field(self, node: FieldNode, *_: object) -> Node | None:
        if node.name.value != "project":
            return None
        return FieldNode(
            alias=NameNode(value=f"project{self.number}"),
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )
