"""The vocabulary inventory: every attribute, what it means, its type, where it occurs.

Made from the OpenAPI document. `python -m lotus_assets.services.lotus_core.vocabulary` writes it,
`--check` fails when the written one is stale.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from lotus_assets.services.lotus_core.application import create_application
from lotus_assets.services.lotus_core.settings import CoreSettings

INVENTORY = Path(__file__).parents[3] / "docs" / "vocabulary.json"
REFERENCE = "#/components/schemas/"


def openapi_document() -> dict[str, Any]:
    """The service's OpenAPI document; no database is asked."""
    settings = CoreSettings(lotus_core_db_connection="postgresql://127.0.0.1/unused")
    document: dict[str, Any] = create_application(settings).openapi()
    return document


def inventory(document: dict[str, Any]) -> dict[str, Any]:
    """Attributes by name, each with its meanings: one entry for each meaning and type.

    `occurs_in` lists `schema.attribute` and `operation parameter` places, sorted.
    """
    by_meaning: dict[tuple[str, str, str], dict[str, Any]] = {}
    for name, occurrence, meaning, kind, example in _attributes(document):
        entry = by_meaning.setdefault(
            (name, meaning, kind),
            {
                "attribute": name,
                "meaning": meaning,
                "type": kind,
                "example": example,
                "occurs_in": [],
            },
        )
        entry["occurs_in"].append(occurrence)
    entries = [by_meaning[key] for key in sorted(by_meaning)]
    for entry in entries:
        entry["occurs_in"].sort()
    return {
        "title": document["info"]["title"],
        "version": document["info"]["version"],
        "attributes": entries,
    }


def inventory_text() -> str:
    """The inventory as it is written."""
    return json.dumps(inventory(openapi_document()), indent=2, ensure_ascii=False) + "\n"


def _attributes(document: dict[str, Any]) -> Iterator[tuple[str, str, str, str, Any]]:
    """Name, place, meaning, type, example of every attribute and parameter."""
    for schema_name, schema in document["components"]["schemas"].items():
        for name, attribute in schema.get("properties", {}).items():
            meaning = attribute.get("description") or _described(document, attribute)
            example = next(iter(attribute.get("examples", [])), None)
            yield name, f"{schema_name}.{name}", meaning, _type_of(attribute), example
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", []):
                schema = parameter["schema"]
                examples = schema.get("examples") or [parameter.get("example")]
                meaning = parameter.get("description") or schema.get("description", "")
                occurrence = f"{method.upper()} {path}"
                yield parameter["name"], occurrence, meaning, _type_of(schema), examples[0]


def _described(document: dict[str, Any], attribute: dict[str, Any]) -> str:
    target = attribute.get("$ref", "").removeprefix(REFERENCE)
    description: str = document["components"]["schemas"].get(target, {}).get("description", "")
    return description


def _type_of(schema: dict[str, Any]) -> str:
    """A type in words: `string (date)`, `list of ValuationPoint`, `integer or null`."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(REFERENCE)
    if "anyOf" in schema:
        return " or ".join(_type_of(one) for one in schema["anyOf"])
    if "allOf" in schema:
        return " and ".join(_type_of(one) for one in schema["allOf"])
    if "const" in schema:
        return f"constant {schema['const']}"
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_type_of(schema.get('items', {}))}"
    if schema.get("type") == "object" and "additionalProperties" in schema:
        values = schema["additionalProperties"]
        return f"map of {_type_of(values) if isinstance(values, dict) else 'anything'}"
    suffix = f" ({schema['format']})" if "format" in schema else ""
    return f"{schema.get('type', 'anything')}{suffix}"


def write(
    check: Annotated[bool, typer.Option(help="Compare only; fail when stale.")] = False,
) -> None:
    """Write docs/vocabulary.json, or check that it is what it should be."""
    text = inventory_text()
    if not check:
        INVENTORY.parent.mkdir(exist_ok=True)
        INVENTORY.write_text(text, encoding="utf-8")
        return
    written = INVENTORY.read_text(encoding="utf-8") if INVENTORY.exists() else ""
    if written != text:
        typer.echo(
            f"{INVENTORY.name} is stale; run "
            "`python -m lotus_assets.services.lotus_core.vocabulary`",
            err=True,
        )
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(write)
