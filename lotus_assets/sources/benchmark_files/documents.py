"""JSON documents and the pydantic models that say what they must hold."""

import json
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError, json_path

LARGEST_FILE = 256 * 1024 * 1024
"""A run of a thousand benchmarks with a thousand samples each is about 20 MB."""

Model = TypeVar("Model", bound=BaseModel)


class Foreign(BaseModel):
    """A part of another tool's file: keys that mean nothing to us are left alone."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True, allow_inf_nan=False)


def read_text(path: Path) -> str:
    """The file's text.

    Raises:
        BenchmarkFileError: it cannot be read, is empty, is no UTF-8, or is far too large.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise BenchmarkFileError(path, "the whole file", f"larger than {LARGEST_FILE:,} bytes")
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BenchmarkFileError(path, f"byte {error.start}", "this is no UTF-8 text") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise BenchmarkFileError(path, "the whole file", f"cannot be read: {reason}") from error
    if not text.strip():
        raise BenchmarkFileError(path, "the whole file", "it is empty")
    return text


def parse_json(text: str, path: Path, *, first_line: int = 1) -> Any:
    """The document that `text` holds; `first_line` is where in the file it begins.

    Raises:
        BenchmarkFileError: no JSON, or a key that is given twice.
    """
    try:
        content = json.loads(text, object_pairs_hook=_without_repetition)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno + first_line - 1}, column {error.colno}"
        raise BenchmarkFileError(path, where, f"no JSON: {error.msg}") from error
    except RecursionError as error:
        raise BenchmarkFileError(path, "the whole file", "nested too deeply") from error
    except ValueError as error:
        raise BenchmarkFileError(path, "the whole file", f"no JSON: {error}") from error
    except _Repeated as repeated:
        raise BenchmarkFileError(
            path, f"key {repeated.args[0]!r}", "given twice in one object"
        ) from repeated
    if "\\u" in text:
        _refuse_what_no_database_takes(content, path)
    return content


def validated(model: type[Model], content: Any, path: Path, root: str = "$") -> Model:
    """`content` as `model`; `root` is its place in the file.

    Raises:
        BenchmarkFileError: the first fault, with its place; how many more there are is told.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        first = faults[0]
        reason = first["msg"].removeprefix("Value error, ")
        if first["type"] == "missing":
            reason = "required, but not there"
        more = f" (and {len(faults) - 1} more faults)" if len(faults) > 1 else ""
        raise BenchmarkFileError(path, json_path(first["loc"], root), reason + more) from error


def _refuse_what_no_database_takes(content: Any, path: Path) -> None:
    """PostgreSQL stores neither NUL nor half a surrogate pair, both of which JSON can escape."""
    written = json.dumps(content, ensure_ascii=False)
    if "\\u0000" in written:
        raise BenchmarkFileError(path, "the whole file", "a text holds the character NUL")
    try:
        written.encode()
    except UnicodeEncodeError as error:
        raise BenchmarkFileError(
            path, "the whole file", "a text holds half a surrogate pair"
        ) from error


class _Repeated(Exception):
    """A key that an object holds twice."""


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) < len(pairs):
        names = [name for name, _ in pairs]
        raise _Repeated(next(name for name in names if names.count(name) > 1))
    return content
