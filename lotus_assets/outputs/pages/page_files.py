"""The folder of the pages: written whole or not at all, without what is no longer made.

Loads no template engine: whoever needs the folder alone does not wait for one.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from lotus_assets.settings import Settings
from lotus_assets.sources.exports import EXPORT_DIR, write_exports

FOLDER = "pages"
"""Below TEM_EXPORT_DIR."""
ENGINEERING = "engineering"
"""The set of pages that the asset `pages` makes."""


def pages_folder(settings: Settings) -> Path:
    """Where all pages stand."""
    return settings.tem_export_dir / FOLDER


def write_pages(folder: Path, page_set: str, files: Mapping[str, bytes]) -> list[Path]:
    """Make `folder` hold exactly these files of a set of pages; the paths of all of them.

    `files` are named by their paths below `folder`. A set (`engineering`, `portfolios`) is what
    one writer makes at a time: its list stands beside the pages, so that a page which is no longer
    made goes, and those of other sets stay.

    Raises:
        ExportNotWritten: a file cannot be written; all pages are as they were.
    """
    listed = folder / f".{page_set}.json"
    before = json.loads(listed.read_bytes()) if listed.is_file() else []
    names = sorted(files)
    listing = json.dumps(names, indent=0).encode()
    write_exports(folder, {**files, listed.name: listing}, variable=EXPORT_DIR)
    for name in set(before) - set(names):
        (folder / name).unlink(missing_ok=True)
    return [folder / name for name in names]


def write_missing(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write those of these files that are not there: pages that others make hold their places."""
    missing = {name: content for name, content in files.items() if not (folder / name).exists()}
    write_exports(folder, missing, variable=EXPORT_DIR)
