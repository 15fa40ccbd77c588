"""The schema of an edition, and validation in GitLab's words.

GitLab's messages come from graphql-ruby; a client that wants to know whether a field exists reads
`extensions.code` (`undefinedField`) or the message.
"""

from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FieldsOnCorrectTypeRule,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    build_schema,
    specified_rules,
    validate,
)
from graphql.validation import ValidationRule

FOLDER = Path(__file__).parent


@cache
def schema_of(edition: str) -> GraphQLSchema:
    """The schema of `enterprise` or `free`."""
    text = (FOLDER / "schema.graphql").read_text(encoding="utf-8")
    if edition == "enterprise":
        text += (FOLDER / "schema_enterprise.graphql").read_text(encoding="utf-8")
    return build_schema(text)


class KnownFields(ValidationRule):
    """Fields must exist on their type."""

    def enter_field(
        self, node: FieldNode, _key: Any, _parent: Any, _path: Any, ancestors: list[Any]
    ) -> None:
        """Report a field that its type does not have."""
        parent = self.context.get_parent_type()
        if parent is None or self.context.get_field_def():
            return
        name = node.name.value
        self.report_error(
            GraphQLError(
                f"Field '{name}' doesn't exist on type '{parent.name}'",
                node,
                path=[*_names(ancestors), name],
                extensions={
                    "code": "undefinedField",
                    "typeName": parent.name,
                    "fieldName": name,
                },
            )
        )


def _names(ancestors: list[Any]) -> list[str]:
    names = []
    for node in ancestors:
        if isinstance(node, OperationDefinitionNode):
            names.append(f"{node.operation.value} {node.name.value}" if node.name else "query")
        elif isinstance(node, FieldNode):
            names.append(node.alias.value if node.alias else node.name.value)
        elif isinstance(node, FragmentDefinitionNode):
            names.append(f"fragment {node.name.value}")
        elif isinstance(node, InlineFragmentNode) and node.type_condition:
            names.append(f"... on {node.type_condition.name.value}")
    return names


RULES: list[type[ASTValidationRule]] = [
    # Nobody asks for the schema, and a field of it would meet no function that answers.
    NoSchemaIntrospectionCustomRule,
    *(KnownFields if rule is FieldsOnCorrectTypeRule else rule for rule in specified_rules),
]


def problems(schema: GraphQLSchema, document: DocumentNode) -> list[dict[str, Any]]:
    """What is wrong with a document, as the `errors` of the answer."""
    return [dict(error.formatted) for error in validate(schema, document, RULES)]
