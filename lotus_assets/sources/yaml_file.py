"""YAML files validated by pydantic, with errors that name the file, the line and the key."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from lotus_assets.sources.permanence import PermanentError

Model = TypeVar("Model", bound=BaseModel)
Location = tuple[int | str, ...]


class ConfigurationFileError(PermanentError, ValueError):
    """A file of the reader's cannot be used; the message says where and why, a line a fault."""


def read_yaml(path: Path, model: type[Model]) -> Model:
    """The file's content as `model`; an empty file is an empty mapping.

    Raises:
        ConfigurationFileError: the file cannot be read, is no YAML, repeats a key, or breaks the
            model; every fault is named with its line and key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationFileError(f"{path}: cannot be read: {error}") from error
    return parse_yaml(text, model, str(path))


def parse_yaml(text: str, model: type[Model], name: str) -> Model:
    """As `read_yaml`, of text that messages call `name`."""
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
        lines = _lines(root, name) if root is not None else {}
        content: Any = loader.construct_document(root) if root is not None else {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigurationFileError(f"{name}, line {line}: no YAML: {error.problem}") from error
    except yaml.YAMLError as error:
        raise ConfigurationFileError(f"{name}: no YAML: {error}") from error
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = [_message(name, lines, fault) for fault in error.errors(include_url=False)]
        raise ConfigurationFileError("\n".join(faults)) from error


def _lines(root: yaml.Node, name: str) -> dict[Location, int]:
    """Line of every key and list item, by its location in the document."""
    lines: dict[Location, int] = {}
    waiting: list[tuple[Location, yaml.Node]] = [((), root)]
    visited: set[int] = set()
    while waiting:
        location, node = waiting.pop()
        lines.setdefault(location, node.start_mark.line + 1)
        if id(node) in visited:
            continue
        visited.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += [((*location, index), item) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                inner = (*location, str(key.value))
                if inner in lines:
                    line = key.start_mark.line + 1
                    raise ConfigurationFileError(f"{name}, line {line}: {_key(inner)}: given twice")
                lines[inner] = key.start_mark.line + 1
                waiting.append((inner, value))
    return lines


def _message(name: str, lines: dict[Location, int], fault: ErrorDetails) -> str:
    location: Location = tuple(fault["loc"])
    known = location
    while known not in lines and known:
        known = known[:-1]
    what = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        what = "unknown key"
    if fault["type"] == "missing":
        what = "required key is missing"
    return f"{name}, line {lines.get(known, 1)}: {_key(location)}: {what}"


def _key(location: Location) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".") or "the whole file"
