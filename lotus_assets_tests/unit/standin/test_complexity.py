"""GitLab's complexity rule, on queries worked out by hand."""

import pytest
from graphql import OperationDefinitionNode, parse

from lotus_assets.standin.gitlab.graphql.complexity import complexity, depth
from lotus_assets.standin.gitlab.graphql.plan import Compiler, SelectedFields
from lotus_assets.standin.gitlab.graphql.validation import schema_of


def compiled(query: str) -> SelectedFields:
    operation = parse(query).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    compiler = Compiler(schema_of("enterprise"), {}, {})
    return compiler.compile("Query", [operation.selection_set])


@pytest.mark.parametrize(
    ("query", "score"),
    [
        # a resolver adds 1 to its children
        ("{ metadata { version } }", 1 + 1),
        ('{ project(fullPath: "a/b") { id visibility } }', 2 + 1),
        # aliases count on their own
        ("{ metadata { version a: enterprise b: enterprise } }", 3 + 1),
        # 50 rows add half: children 2 (nodes, iid) + resolver 1 + sort (by default) 1 = 4 → 6
        ('{ project(fullPath: "a/b") { mergeRequests(first: 50) { nodes { iid } } } }', 6 + 1),
        # without a page size 100 rows are meant: 4 → 8
        ('{ project(fullPath: "a/b") { mergeRequests { nodes { iid } } } }', 8 + 1),
        # a page size beyond the maximum counts as the maximum
        ('{ project(fullPath: "a/b") { mergeRequests(first: 500) { nodes { iid } } } }', 8 + 1),
        # by iid no row adds anything: 2 + 1 + 1
        ('{ project(fullPath: "a/b") { workItems(iids: ["7"]) { nodes { iid } } } }', 4 + 1),
        # users and releases are sorted too: 2 + 1 + 1 = 4, of 100 rows 8, and of 10 rows 4
        ("{ users { nodes { id } } }", 8),
        ('{ project(fullPath: "a/b") { releases(first: 10) { nodes { tagName } } } }', 4 + 1),
        # mergedAt 5, labels 5 + nodes 1 + title 1, iid 1, nodes 1, pageInfo 1 + 2 = 17;
        # resolver and sort 2; 19 * 1.5 = 28.5, cut to 28
        (
            '{ project(fullPath: "a/b") { mergeRequests(first: 50) { nodes { iid mergedAt'
            " labels { nodes { title } } } pageInfo { hasNextPage endCursor } } } }",
            28 + 1,
        ),
        # notes: (nodes 1 + id 1 + resolver 1) * 2 = 6; then (nodes 1 + 6 + 2) * 1.1 = 9.9 → 9
        (
            '{ project(fullPath: "a/b") { mergeRequests(first: 10) { nodes {'
            " notes { nodes { id } } } } } }",
            9 + 1,
        ),
        # diffStatsSummary asks Gitaly (2) + additions 1, in nodes 1: 4 + 2 = 6, * 2 = 12
        (
            '{ project(fullPath: "a/b") { mergeRequests { nodes {'
            " diffStatsSummary { additions } } } } }",
            12 + 1,
        ),
        # Group.projects adds 10: (2 + 1 + 10) * 2 = 26
        ('{ group(fullPath: "a") { projects(first: 100) { nodes { id } } } }', 26 + 1),
        # pipelines have no order to choose: 2 + 1 = 3, * 1.2 = 3.6, cut to 3
        ('{ project(fullPath: "a/b") { pipelines(first: 20) { nodes { id } } } }', 3 + 1),
        # one pipeline by its iid is 10 cheaper: 1 + 1 - 10
        ('{ project(fullPath: "a/b") { pipeline(iid: "1") { id } } }', -8 + 1),
    ],
)
def test_score(query: str, score: int) -> None:
    assert complexity(compiled(query)) == score


def test_fields_met_twice_count_once() -> None:
    once = compiled('{ project(fullPath: "a") { id } }')
    twice = compiled('{ project(fullPath: "a") { id ... on Project { id } } }')
    assert complexity(twice) == complexity(once)


def test_fields_left_out_by_a_directive_count_nothing() -> None:
    query = (
        '{ project(fullPath: "a") { id archived @include(if: false) visibility @skip(if: true) } }'
    )
    assert complexity(compiled(query)) == 2


def test_depth_counts_levels_of_fields() -> None:
    assert depth(compiled("{ metadata { version } }")) == 2
    query = '{ project(fullPath: "a") { mergeRequests { nodes { author { id } } } } }'
    assert depth(compiled(query)) == 5
