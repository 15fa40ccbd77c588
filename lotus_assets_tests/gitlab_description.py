"""GitLab's published descriptions, where the reference data is at hand; tests skip without it."""

import gzip
from functools import cache
from typing import Any

import pytest
import yaml
from graphql import GraphQLSchema, build_schema
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from lotus_assets_tests.shared_data import SHARED_DATA

GITLAB = SHARED_DATA / "gitlab"

needs_descriptions = pytest.mark.skipif(
    not (GITLAB / "openapi-18.8.yaml.gz").exists(),
    reason=f"GitLab's descriptions are not in {GITLAB} (set SHARED_DATA)",
)

WRONG_RESPONSES = {
    # The description gives a single object where GitLab's documentation shows a list.
    "/api/v4/projects/{id}/merge_requests": "API_Entities_MergeRequestBasic",
    "/api/v4/projects/{id}/events": "API_Entities_Event",
}
"""Address → the element of its list, where the description says otherwise."""

UNDECLARED = {
    # GitLab's description types every attribute that its source leaves undeclared as `string`
    # (or shows the element of a list). These are what GitLab sends: see the recorded payloads and
    # the examples of its documentation.
    "integer": (
        *("id", "access_level", "approvals_before_merge", "blocking_issues_count"),
        *("default_branch_protection", "downvotes", "followers", "following"),
        *("merge_request_id", "merge_requests_count", "noteable_id", "noteable_iid"),
        *("notification_level", "organization_id", "parent_id", "project_id", "source_project_id"),
        *("target_project_id", "two_factor_grace_period", "upvotes", "user_notes_count"),
    ),
    "boolean": (
        *("blocking_discussions_resolved", "bot", "can_merge", "ci_job_token_scope_enabled"),
        *("confidential", "draft", "first_contribution", "force_remove_source_branch"),
        *("has_conflicts", "has_tasks", "imported", "internal", "lfs_enabled"),
        *("merge_when_pipeline_succeeds", "mirror", "request_access_enabled"),
        *("require_two_factor_authentication", "resolvable", "resolved"),
        *("share_with_group_lock", "squash", "squash_on_merge", "subscribed", "system"),
        "work_in_progress",
    ),
    "object": ("commands_changes", "task_completion_status"),
    "array": (
        *("approved_by", "assignees", "evidences", "labels", "links", "milestones", "reviewers"),
        *("shared_with_groups", "sources"),
    ),
}
"""Right type → properties that the description types wrongly in some entity."""
RIGHT_TYPES = {name: kind for kind, names in UNDECLARED.items() for name in names}


@cache
def graphql_schema() -> GraphQLSchema:
    """GitLab's published GraphQL schema."""
    text = gzip.decompress((GITLAB / "graphql-schema-18.8.graphql.gz").read_bytes()).decode()
    return build_schema(text, assume_valid=True)


@cache
def openapi() -> dict[str, Any]:
    """GitLab's OpenAPI description."""
    text = gzip.decompress((GITLAB / "openapi-18.8.yaml.gz").read_bytes())
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    described: dict[str, Any] = yaml.load(text, Loader=loader)  # noqa: S506 -- a safe loader
    return described


def response_schema(address: str) -> dict[str, Any]:
    """The schema of `GET address` with status 200; raises KeyError where there is none."""
    if address in WRONG_RESPONSES:
        reference = {"$ref": f"#/components/schemas/{WRONG_RESPONSES[address]}"}
        return {"type": "array", "items": reference}
    response = openapi()["paths"][address]["get"]["responses"]["200"]
    schema: dict[str, Any] = response["content"]["application/json"]["schema"]
    return schema


@cache
def _registry() -> Registry[Any]:
    nullable = {
        name: _nullable(schema, entity=name)
        for name, schema in openapi()["components"]["schemas"].items()
    }
    contents = {"components": {"schemas": nullable}}
    empty: Registry[Any] = Registry()
    filled: Registry[Any] = empty.with_resource("urn:gitlab", DRAFT202012.create_resource(contents))
    return filled


def _nullable(schema: Any, entity: str = "") -> Any:
    """The schema with right types, and every property nullable.

    The description does not say which properties may be null.
    """
    if isinstance(schema, list):
        return [_nullable(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    changed = {key: _nullable(value) for key, value in schema.items() if key != "properties"}
    if "$ref" in changed:
        changed["$ref"] = changed["$ref"].replace("#/", "urn:gitlab#/")
    if "properties" in schema:
        changed["properties"] = {
            name: {"anyOf": [_corrected(entity, name, _nullable(part)), {"type": "null"}]}
            for name, part in schema["properties"].items()
        }
    return changed


def _corrected(entity: str, name: str, schema: dict[str, Any]) -> dict[str, Any]:
    right = RIGHT_TYPES.get(name)
    if right is None or (name == "id" and "Commit" in entity):  # a commit's id is its SHA
        return schema
    if name == "labels" and not entity:  # a project's `_links` hold an address by that name
        return schema
    if right == "array" and "$ref" in schema:
        return {"type": "array"} if name == "approved_by" else {"type": "array", "items": schema}
    return {"type": right} if schema.get("type") == "string" else schema


def violations(address: str, answer: Any) -> list[str]:
    """What the description says against an answer, as `json path: message`."""
    validator = Draft202012Validator(_nullable(response_schema(address)), registry=_registry())
    found = []
    for error in validator.iter_errors(answer):
        deepest = max(_leaves(error), key=lambda leaf: len(leaf.absolute_path))
        found.append(f"{deepest.json_path}: {deepest.message}")
    return found


def _leaves(error: Any) -> list[Any]:
    if not error.context:
        return [error]
    return [leaf for part in error.context for leaf in _leaves(part)]


def properties(address: str) -> set[str]:
    """The keys that the description knows of one element of the answer; empty: any."""
    schema = response_schema(address)
    schema = schema.get("items", schema)
    named = openapi()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return set(named.get("properties", {}))
