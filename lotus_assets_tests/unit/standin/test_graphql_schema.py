"""The stand-in's GraphQL schema against GitLab's, and its executor against graphql-core's."""

from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    execute_sync,
    get_named_type,
    is_leaf_type,
    parse,
    print_schema,
    validate,
    visit,
)

from lotus_assets.sources.gitlab.documents import document, operations
from lotus_assets.standin.gitlab.authentication import Token
from lotus_assets.standin.gitlab.graphql.entity import Context
from lotus_assets.standin.gitlab.graphql.fields import IMPLEMENTATIONS, field_function
from lotus_assets.standin.gitlab.graphql.plan import Compiler, answer
from lotus_assets.standin.gitlab.graphql.validation import schema_of
from lotus_assets.standin.gitlab.served_store import ServedStore
from lotus_assets.standin.gitlab.store import Store
from lotus_assets_tests.gitlab_description import graphql_schema, needs_descriptions
from lotus_assets_tests.standin_fixtures import young_world

__all__ = ["young_world"]

Fielded = GraphQLObjectType | GraphQLInterfaceType


def own_types(schema: GraphQLSchema) -> dict[str, Any]:
    return {name: kind for name, kind in schema.type_map.items() if not name.startswith("__")}


@needs_descriptions
def test_every_type_field_and_argument_is_gitlabs() -> None:
    real = graphql_schema()
    fields = 0
    for name, kind in own_types(schema_of("enterprise")).items():
        theirs = real.type_map[name]
        assert type(kind) is type(theirs), name
        if isinstance(kind, GraphQLEnumType) and isinstance(theirs, GraphQLEnumType):
            assert set(kind.values) == set(theirs.values), name
        if not isinstance(kind, Fielded) or not isinstance(theirs, Fielded):
            continue
        for field_name, field in kind.fields.items():
            fields += 1
            real_field = theirs.fields[field_name]
            assert str(field.type) == str(real_field.type), f"{name}.{field_name}"
            for argument, definition in field.args.items():
                where = f"{name}.{field_name}({argument})"
                assert str(definition.type) == str(real_field.args[argument].type), where
                assert definition.default_value == real_field.args[argument].default_value, where
            required = {key for key, given in real_field.args.items() if is_required(given.type)}
            assert required <= set(field.args), f"{name}.{field_name}"
    assert fields > 150


def is_required(kind: GraphQLType) -> bool:
    return str(kind).endswith("!")


def test_free_edition_lacks_what_the_enterprise_build_adds() -> None:
    free, enterprise = (own_types(schema_of(name)) for name in ("free", "enterprise"))
    added = set(enterprise["MergeRequest"].fields) - set(free["MergeRequest"].fields)
    assert added == {"approvalsRequired", "mergeRequestDiffs"}
    assert set(enterprise) - set(free) == {"MergeRequestDiff", "MergeRequestDiffConnection"}


def test_every_field_is_asked_by_a_query() -> None:
    schema = schema_of("enterprise")
    asked = {("WorkItemWidgetDevelopment", "type")}  # by the interface, which has no other field
    for name in operations():
        types = TypeInfo(schema)

        class Fields(Visitor):
            def enter_field(self, node: FieldNode, *_: object, types: TypeInfo = types) -> None:
                parent = types.get_parent_type()
                assert parent is not None
                asked.add((parent.name, node.name.value))

        visit(parse(document(name)), TypeInfoVisitor(types, Fields()))
    assert asked == {
        (name, field)
        for name, kind in own_types(schema).items()
        if isinstance(kind, GraphQLObjectType)
        for field in kind.fields
    }


def with_resolvers() -> GraphQLSchema:
    """The schema for graphql-core's own executor."""
    schema = build_schema(print_schema(schema_of("enterprise")))
    for name, kind in own_types(schema).items():
        if isinstance(kind, GraphQLInterfaceType):
            kind.resolve_type = lambda _value, _info, of: IMPLEMENTATIONS[of.name]
        if not isinstance(kind, GraphQLObjectType):
            continue
        for field_name, field in kind.fields.items():
            function = field_function(name, field_name)
            field.resolve = lambda value, info, _function=function, **arguments: _function(
                value, arguments, info.context
            )
    return schema


def everything_of(kind: Any, depth: int) -> str:
    """A selection of every leaf, and of every object down to `depth`."""
    if isinstance(kind, GraphQLInterfaceType):
        name = IMPLEMENTATIONS[kind.name]
        concrete = schema_of("enterprise").type_map[name]
        return f"{{ __typename type ... on {name} {everything_of(concrete, depth)} }}"
    selected = ["__typename"]
    for name, field in kind.fields.items():
        named = get_named_type(field.type)
        if any(is_required(given.type) for given in field.args.values()):
            continue
        if is_leaf_type(named):
            selected.append(name)
        elif depth > 0 and not isinstance(named, GraphQLInputObjectType):
            size = "(first: 3)" if "first" in field.args else ""
            selected.append(f"{name}{size} {everything_of(named, depth - 1)}")
    return "{ " + " ".join(selected) + " }"


@pytest.mark.parametrize(
    "root",
    [
        'project(fullPath: "toman/core/checkout")',
        'group(fullPath: "toman/exchange")',
        "users(first: 50)",
        "metadata",
    ],
)
def test_answers_are_those_of_graphql_core(root: str, young_world: Store) -> None:
    schema = with_resolvers()
    name = root.partition("(")[0]
    query_type = schema.query_type
    assert query_type is not None
    kind = get_named_type(query_type.fields[name].type)
    depth = {"project": 6, "group": 2}.get(name, 3)
    document = parse(f"{{ {root} {everything_of(kind, depth)} }}")
    assert validate(schema, document) == []
    expected = execute_sync(schema, document, context_value=context(young_world))
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    selection = Compiler(schema, {}, {}).compile("Query", [operation.selection_set])
    errors: list[dict[str, Any]] = []
    assert answer(selection, None, context(young_world), errors) == expected.data
    # only what may be asked of one project at a time is refused, by both
    refused = sorted(str((error.message, error.path)) for error in expected.errors or ())
    assert sorted(str((error["message"], error["path"])) for error in errors) == refused
    assert {error["path"][-1] for error in errors} <= {"environments"}
    assert expected.data is not None and expected.data[name] is not None


def context(store: Store) -> Context:
    return Context(ServedStore(lambda: store), Token("secret"), "http://127.0.0.1:1")
