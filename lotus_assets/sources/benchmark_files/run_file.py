"""The run file: one run as canonical JSON, and the schema that describes it."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lotus_assets.sources.benchmark_files.documents import parse_json, read_text, validated
from lotus_assets.sources.benchmark_files.errors import BenchmarkFileError
from lotus_assets.sources.benchmark_files.run_model import FORMAT, BenchmarkRun

SCHEMA = Path(__file__).with_name("run_file.schema.json")


def identified(**content: Any) -> BenchmarkRun:
    """The run that `content` describes, with the id that follows from it.

    The same content has the same id, so that a file imported twice is one run. The id begins with
    the time of the run: names sort by it.
    """
    nameless = BenchmarkRun(run_id="nameless", **content)
    digest = hashlib.sha256(run_text(nameless).encode()).hexdigest()[:8]
    commit = nameless.commit
    what = commit.version or (commit.id[:7] if commit.id else "nocommit")
    words = (f"{nameless.started_at:%Y%m%dT%H%M%SZ}", slug(nameless.suite), slug(what), digest)
    return nameless.model_copy(update={"run_id": "-".join(words)})


def slug(text: str) -> str:
    """`text` as a part of a file name."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.").lower()[:80] or "unnamed"


def run_text(run: BenchmarkRun) -> str:
    """The run file's text: sorted keys, one space, a final newline."""
    return _canonical(run.model_dump(mode="json"))


def read_run(path: Path) -> BenchmarkRun:
    """The run of one run file.

    Raises:
        BenchmarkFileError: it is none, or breaks a rule of the format.
    """
    return parse_run(read_text(path), path)


def parse_run(text: str, path: Path) -> BenchmarkRun:
    """As `read_run`, of text that was read from `path`."""
    content = parse_json(text, path)
    if not isinstance(content, Mapping) or content.get("format") != FORMAT:
        raise BenchmarkFileError(path, "$.format", f"this is no run file: not {FORMAT!r}")
    return validated(BenchmarkRun, content, path)


def schema_text() -> str:
    """JSON Schema (2020-12) of the run file, as `run_file.schema.json` holds it."""
    schema = BenchmarkRun.model_json_schema(mode="validation")
    return _canonical({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema})


def _canonical(content: Any) -> str:
    return json.dumps(content, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    SCHEMA.write_text(schema_text(), encoding="utf-8")
