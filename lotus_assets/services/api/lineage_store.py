"""Lineage of answers, as files: a folder a calculation, written whole or not at all.

It survives restarts and is shared by worker processes; what is older than the retention goes.
"""

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

MANIFEST = "manifest.json"
CALCULATION = re.compile(r"[0-9a-f]{64}")
SECONDS_A_DAY = 86_400


class UnknownCalculation(Exception):
    """No lineage of this name is kept (any more)."""


class UnknownDetail(Exception):
    """The calculation has no table of this name."""


class UnknownPeriod(Exception):
    """The table has no rows of a period of this name."""


class UnreadableLineage(Exception):
    """The lineage is there and cannot be read."""


@dataclass(frozen=True)
class LineageStore:
    """The lineage kept below `folder`, each for `days` days."""

    folder: Path
    days: int

    def keep(
        self, calculation_id: str, manifest: Mapping[str, Any], details: Mapping[str, pd.DataFrame]
    ) -> None:
        """Keep the lineage of a calculation; the same calculation again only becomes younger.

        One that has been damaged is written anew.
        """
        folder = self._place(calculation_id)
        try:
            self.manifest(calculation_id)
        except (UnknownCalculation, UnreadableLineage):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            os.utime(folder)
            return
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self.folder, prefix="draft-"))
        try:
            for name, frame in details.items():
                frame.to_parquet(draft / f"{name}.parquet", index=False)
            text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
            (draft / MANIFEST).write_text(text, encoding="utf-8")
            try:
                draft.rename(folder)
            except OSError:
                if not folder.is_dir():  # otherwise another worker kept the same just now
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)

    def manifest(self, calculation_id: str) -> dict[str, Any]:
        """What an answer was made of.

        Raises:
            UnknownCalculation: it is not kept.
            UnreadableLineage: its file is damaged or cannot be opened.
        """
        path = self._known(calculation_id) / MANIFEST
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as missing:
            raise UnknownCalculation(calculation_id) from missing
        except (OSError, ValueError) as damaged:
            raise UnreadableLineage(calculation_id) from damaged
        if not isinstance(manifest, dict):
            raise UnreadableLineage(calculation_id)
        return manifest

    def detail(self, calculation_id: str, name: str) -> pd.DataFrame:
        """One table behind an answer.

        Raises:
            UnknownCalculation, UnreadableLineage: see `manifest`.
            UnknownDetail: the answer has no such table.
        """
        if name not in self.manifest(calculation_id).get("details", []):
            raise UnknownDetail(name)
        try:
            return pd.read_parquet(self._place(calculation_id) / f"{name}.parquet")
        except (OSError, ValueError) as damaged:
            raise UnreadableLineage(calculation_id) from damaged

    def purge(self) -> int:
        """Remove what is older than the retention; how many calculations."""
        oldest = time.time() - self.days * SECONDS_A_DAY
        old = [
            folder
            for folder in [*self.folder.glob("??/*"), *self.folder.glob("draft-*")]
            if folder.stat().st_mtime < oldest
        ]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)

    def _known(self, calculation_id: str) -> Path:
        if CALCULATION.fullmatch(calculation_id) is None:
            raise UnknownCalculation(calculation_id)
        return self._place(calculation_id)

    def _place(self, calculation_id: str) -> Path:
        return self.folder / calculation_id[:2] / calculation_id
