"""A query of one project, asked for several: its field and its variables, numbered.

Apart from the texts, because reading them as a program takes a library that only a step needs.
"""

from functools import cache
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

from lotus_assets.sources.gitlab.documents import document

SIZES = frozenset({"first", "nested"})
"""Variables that say how long pages are."""


@cache
def of_many(name: str, projects: int, is_enterprise: bool = True) -> str:
    """A query of one project for several: its field and its variables, numbered from 0.

    The sizes of pages stay the same for all.
    """
    base = parse(document(name, is_enterprise=is_enterprise))
    operation = cast(OperationDefinitionNode, base.definitions[0])
    copies = [
        cast(OperationDefinitionNode, visit(operation, _Numbered(n))) for n in range(projects)
    ]
    merged = copies[0]
    merged.variable_definitions = tuple(
        {
            variable.variable.name.value: variable
            for copy in copies
            for variable in copy.variable_definitions
        }.values()
    )
    merged.selection_set.selections = tuple(
        field for copy in copies for field in copy.selection_set.selections
    )
    return print_ast(DocumentNode(definitions=(merged, *base.definitions[1:])))


class _Numbered(Visitor):
    """Appends a number to every variable and to the alias of the outer field."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def leave_variable(self, node: VariableNode, *_: object) -> Node | None:
        if node.name.value in SIZES:
            return None
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
