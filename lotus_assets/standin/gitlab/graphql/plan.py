"""A validated query, compiled: what to call for every field, with its arguments worked out.

graphql-core parses, validates and coerces arguments; it does not execute here. Its executor takes
some 10 µs a field, and one page of pipelines holds tens of thousands; a compiled plan takes a
small part of that, and lets a payload's unknown enum value through, as a newer GitLab would.
A test compares its answers with graphql-core's own.
"""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionSetNode,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution.values import get_argument_values, get_directive_values

from lotus_assets.standin.gitlab.graphql.entity import (
    Arguments,
    Context,
    FieldError,
    FieldFunction,
)
from lotus_assets.standin.gitlab.graphql.fields import IMPLEMENTATIONS, field_function


@dataclass(slots=True)
class FieldPlan:
    """One field to answer."""

    key: str
    parent: str
    name: str
    function: FieldFunction
    arguments: Arguments
    is_list: bool
    is_connection: bool
    selection: "SelectedFields | None"


@dataclass(slots=True)
class SelectedFields:
    """The fields to answer for one object."""

    fields: list[FieldPlan] = field(default_factory=list)


@dataclass(frozen=True)
class Compiler:
    """Compiles selections of one operation."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]

    def compile(self, type_name: str, selections: list[SelectionSetNode]) -> SelectedFields:
        """The plan for an object of `type_name`."""
        collected: dict[str, list[FieldNode]] = {}
        for selection_set in selections:
            self._collect(type_name, selection_set, collected)
        return SelectedFields([self._field(type_name, *nodes) for nodes in collected.items()])

    def _collect(
        self, type_name: str, selection_set: SelectionSetNode, collected: dict[str, list[FieldNode]]
    ) -> None:
        for node in selection_set.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                collected.setdefault(key, []).append(node)
            elif isinstance(node, FragmentSpreadNode):
                fragment = self.fragments[node.name.value]
                if self._applies(fragment.type_condition.name.value, type_name):
                    self._collect(type_name, fragment.selection_set, collected)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                if condition is None or self._applies(condition.name.value, type_name):
                    self._collect(type_name, node.selection_set, collected)

    def _applies(self, condition: str, type_name: str) -> bool:
        return condition == type_name or IMPLEMENTATIONS.get(condition) == type_name

    def _is_included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])

    def _field(self, type_name: str, key: str, nodes: list[FieldNode]) -> FieldPlan:
        name = nodes[0].name.value
        if name == "__typename":
            return FieldPlan(
                key, type_name, name, lambda *_: type_name, {}, False, False, selection=None
            )
        parent = self.schema.type_map[type_name]
        assert isinstance(parent, GraphQLObjectType)  # noqa: S101 -- narrows for mypy
        definition = parent.fields[name]
        named = get_named_type(definition.type)
        selection = None
        if not is_leaf_type(named):
            concrete = IMPLEMENTATIONS.get(named.name, named.name)
            below = [node.selection_set for node in nodes if node.selection_set]
            selection = self.compile(concrete, below)
        return FieldPlan(
            key,
            type_name,
            name,
            field_function(type_name, name),
            get_argument_values(definition, nodes[0], self.variables),
            is_list_type(get_nullable_type(definition.type)),
            named.name.endswith("Connection"),
            selection,
        )


def answer(
    selection: SelectedFields,
    value: Any,
    context: Context,
    errors: list[dict[str, Any]],
    path: tuple[str | int, ...] = (),
) -> dict[str, Any]:
    """The answer for one object; errors of fields are added to `errors`."""
    result = {}
    for plan in selection.fields:
        try:
            resolved = plan.function(value, plan.arguments, context)
        except FieldError as error:
            errors.append({"message": str(error), "path": [*path, plan.key]})
            resolved = None
        below = plan.selection
        if below is None or resolved is None:
            result[plan.key] = resolved
        elif plan.is_list:
            where = (*path, plan.key)
            result[plan.key] = [
                None if row is None else answer(below, row, context, errors, (*where, position))
                for position, row in enumerate(resolved)
            ]
        else:
            result[plan.key] = answer(below, resolved, context, errors, (*path, plan.key))
    return result
