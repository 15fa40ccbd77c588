"""Every query that is sent, against GitLab's real schema and limits."""

from collections.abc import Iterable, Mapping

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    VariableNode,
    parse,
    validate,
)

from lotus_assets.sources.gitlab.documents import document, operations
from lotus_assets.sources.gitlab.graphql import FIRST_PAGE_SIZE, LARGEST_NESTED
from lotus_assets.sources.gitlab.lists.deployments import DEPLOYMENTS_A_REQUEST
from lotus_assets.sources.gitlab.many_projects import of_many
from lotus_assets.sources.gitlab.probe import PROJECTS_A_REQUEST
from lotus_assets_tests.gitlab_description import graphql_schema, needs_descriptions

COMPLEXITY_LIMIT = 250
CHARACTER_LIMIT = 10_000
SIZES = {"first": FIRST_PAGE_SIZE, "nested": LARGEST_NESTED}


def all_documents() -> dict[str, str]:
    texts = {name: document(name) for name in operations()}
    return texts | {
        "merge_requests (Free)": document("merge_requests", is_enterprise=False),
        "probe of many": of_many("probe", PROJECTS_A_REQUEST),
        "deployments of many": of_many("deployment_finish", DEPLOYMENTS_A_REQUEST),
    }


def complexity(
    selections: Iterable[SelectionNode], fragments: Mapping[str, FragmentDefinitionNode]
) -> float:
    """GitLab's rule: 1 a field and what is below it; a list costs one hundredth more a row."""
    total = 0.0
    for selection in selections:
        if isinstance(selection, FragmentSpreadNode):
            below = fragments[selection.name.value].selection_set.selections
            total += complexity(below, fragments)
        elif isinstance(selection, InlineFragmentNode):
            total += complexity(selection.selection_set.selections, fragments)
        elif isinstance(selection, FieldNode):
            below = selection.selection_set.selections if selection.selection_set else ()
            total += (1 + complexity(below, fragments)) * (1 + 0.01 * rows(selection))
    return total


def rows(field: FieldNode) -> int:
    for argument in field.arguments:
        if argument.name.value == "first":
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            assert isinstance(argument.value, VariableNode)
            return SIZES[argument.value.name.value]
    return 0


def score(text: str) -> float:
    tree: DocumentNode = parse(text)
    fragments = {
        node.name.value: node
        for node in tree.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    (operation,) = [node for node in tree.definitions if isinstance(node, OperationDefinitionNode)]
    return complexity(operation.selection_set.selections, fragments)


def test_the_rule_by_hand() -> None:
    # a: 1; b(first: 50): (1 + nodes(1 + c 1)) * 1.5 = 4.5
    assert score("{ a b(first: 50) { nodes { c } } }") == pytest.approx(1 + 4.5)


@needs_descriptions
@pytest.mark.parametrize("name", all_documents())
def test_every_query_is_valid_in_gitlabs_schema(name: str) -> None:
    assert validate(graphql_schema(), parse(all_documents()[name])) == []


@pytest.mark.parametrize("name", all_documents())
def test_every_query_is_within_gitlabs_limits(name: str) -> None:
    text = all_documents()[name]
    assert score(text) <= COMPLEXITY_LIMIT
    assert len(text) < CHARACTER_LIMIT


def test_free_edition_is_asked_for_no_licensed_field() -> None:
    assert "approvalsRequired" in document("merge_requests")
    assert "approvalsRequired" not in document("merge_requests", is_enterprise=False)
