"""POST /api/graphql: from a request's body to the answer's body."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
)
from graphql.execution.values import get_variable_values

from lotus_assets.standin.gitlab.graphql.complexity import (
    ANONYMOUS_LIMIT,
    AUTHENTICATED_LIMIT,
    DEPTH_LIMIT,
    complexity,
    depth,
)
from lotus_assets.standin.gitlab.graphql.entity import Context
from lotus_assets.standin.gitlab.graphql.plan import Compiler, answer
from lotus_assets.standin.gitlab.graphql.validation import problems, schema_of

MAXIMUM_QUERY_LENGTH = 10_000
Answer = tuple[int, dict[str, Any]]
"""(HTTP status, body)."""


@dataclass(frozen=True)
class GraphQLRequest:
    """The body of a request."""

    query: str
    variables: dict[str, Any]
    operation_name: str | None

    @property
    def name(self) -> str | None:
        """The operation's name, as given or as the only operation bears it."""
        if self.operation_name is not None:
            return self.operation_name
        try:
            document = _parsed(self.query)
        except GraphQLError:
            return None
        operation = _operation(document, None)
        return operation.name.value if operation is not None and operation.name else None


def read_request(body: bytes) -> GraphQLRequest | None:
    """The request in a JSON body; None when it is none."""
    try:
        content = json.loads(body)
    except ValueError:
        return None
    if not isinstance(content, dict) or not isinstance(content.get("query"), str):
        return None
    return GraphQLRequest(
        content["query"], content.get("variables") or {}, content.get("operationName") or None
    )


def respond(request: GraphQLRequest | None, context: Context) -> Answer:
    """Answer one request: GitLab refuses with status 200 all but what is no request at all."""
    if request is None:
        return 422, _errors("No query string was present")
    if len(request.query) > MAXIMUM_QUERY_LENGTH:
        return 422, _errors("Query too large")
    try:
        document = _parsed(request.query)
    except GraphQLError as error:
        return 200, {"errors": [dict(error.formatted)]}
    edition = context.served.store.edition
    faults = _validated(edition, request.query)
    if faults:
        return 200, {"errors": faults}
    operation = _operation(document, request.operation_name)
    if operation is None:
        return 200, _errors(f'No operation named "{request.operation_name}"')
    return _run(document, operation, request.variables, context)


def _run(
    document: DocumentNode,
    operation: OperationDefinitionNode,
    given: dict[str, Any],
    context: Context,
) -> Answer:
    schema = schema_of(context.served.store.edition)
    variables = get_variable_values(schema, operation.variable_definitions or (), given)
    if isinstance(variables, list):
        return 200, {"errors": [dict(error.formatted) for error in variables]}
    fragments = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    compiler = Compiler(schema, fragments, variables)
    try:
        selection = compiler.compile("Query", [operation.selection_set])
    except GraphQLError as error:
        return 200, {"errors": [dict(error.formatted)]}
    score = complexity(selection)
    limit = AUTHENTICATED_LIMIT if context.is_authenticated else ANONYMOUS_LIMIT
    if score > limit:
        return 200, _errors(
            f"Query has complexity of {score}, which exceeds max complexity of {limit}"
        )
    if depth(selection) > DEPTH_LIMIT:
        return 200, _errors(
            f"Query has depth of {depth(selection)}, which exceeds max depth of {DEPTH_LIMIT}"
        )
    errors: list[dict[str, Any]] = []
    data = answer(selection, None, context, errors)
    return 200, {"data": data, **({"errors": errors} if errors else {})}


@lru_cache(maxsize=256)
def _parsed(query: str) -> DocumentNode:
    return parse(query)


@lru_cache(maxsize=256)
def _validated(edition: str, query: str) -> list[dict[str, Any]]:
    return problems(schema_of(edition), _parsed(query))


def _operation(document: DocumentNode, name: str | None) -> OperationDefinitionNode | None:
    operations = [
        node for node in document.definitions if isinstance(node, OperationDefinitionNode)
    ]
    if name is None:
        return operations[0] if len(operations) == 1 else None
    return next((node for node in operations if node.name and node.name.value == name), None)


def _errors(message: str) -> dict[str, Any]:
    return {"errors": [{"message": message}]}
