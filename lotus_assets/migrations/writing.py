"""Writes the next revision: what the contracts ask for beyond the revisions that there are."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import Script, ScriptDirectory
from sqlalchemy import MetaData


def write_revision(
    config: Config, message: str, tables: MetaData, folder: Path | None = None
) -> Path | None:
    """Write what the database of `config`, at its newest revision, lacks beside `tables`.

    None: it lacks nothing. The file's number is the next one. What no contract says (functions,
    triggers, moving data) is added to it by hand. `folder` is one of the config's, the first
    unless told.
    """
    config.attributes["tables"] = tables
    newest = ScriptDirectory.from_config(config).get_current_head()
    script = command.revision(
        config,
        message,
        autogenerate=True,
        rev_id=f"{int(newest or 0) + 1:04d}",
        version_path=folder,
        process_revision_directives=_without_nothing,
    )
    return Path(script.path) if isinstance(script, Script) else None


def _without_nothing(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if directives[0].upgrade_ops.is_empty():
        directives.clear()
