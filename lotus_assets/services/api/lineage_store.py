"""Lineage of answers, as files: a folder a calculation, written whole or not at all.

It survives restarts and is shared by worker processes; what is older than the retention goes, and
the oldest where all of it takes more than it may.
"""

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import pandas as pd

from lotus_assets.services.api.settings import ApiSettings

MANIFEST = "manifest.json"
CALCULATION = re.compile(r"[0-9a-f]{64}")
SECONDS_A_DAY = 86_400
MEBIBYTE = 1024 * 1024


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
    """The lineage kept below `folder`, each for `days` days, all together in `most_bytes`."""

    folder: Path
    days: int
    most_bytes: int

    @classmethod
    def of(cls, settings: ApiSettings) -> "LineageStore":
        """The store that the settings name."""
        most = settings.lotus_api_lineage_megabytes * MEBIBYTE
        return cls(settings.lineage_folder, settings.lotus_api_lineage_days, most)

    def keep(
        self, calculation_id: str, manifest: Mapping[str, Any], details: Mapping[str, pd.DataFrame]
    ) -> int:
        """Keep the lineage of a calculation, and say how many bytes that took.

        The same calculation again only becomes younger.

        One that has been damaged is written anew.
        """
        folder = self._place(calculation_id)
        try:
            self.manifest(calculation_id)
        except (UnknownCalculation, UnreadableLineage):
            shutil.rmtree(folder, ignore_errors=True)
        else:
            os.utime(folder)
            return 0
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=self.folder, prefix="draft-"))
        try:
            for name, frame in details.items():
                frame.to_parquet(draft / f"{name}.parquet", index=False)
            text = json.dumps(manifest, ensure_ascii=False, sort_keys=True)
            (draft / MANIFEST).write_text(text, encoding="utf-8")
            size = size_of(draft)
            try:
                draft.rename(folder)
            except OSError:
                if not folder.is_dir():  # otherwise another worker kept the same just now
                    raise
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return size

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
        """Remove what is older than the retention, then the oldest until the rest fits; how many
        calculations."""
        oldest = time.time() - self.days * SECONDS_A_DAY
        kept = sorted(self._aged(), reverse=True)
        fits = list(accumulate(size for _, _, size in kept))
        old = [
            folder
            for (changed, folder, _), total in zip(kept, fits, strict=True)
            if changed < oldest or total > self.most_bytes
        ]
        for folder in old:
            shutil.rmtree(folder, ignore_errors=True)
        return len(old)

    def _aged(self) -> Iterator[tuple[float, Path, int]]:
        """When every folder was last of use, and the bytes that it takes; one may just go."""
        for folder in [*self.folder.glob("??/*"), *self.folder.glob("draft-*")]:
            with suppress(FileNotFoundError):
                yield folder.stat().st_mtime, folder, size_of(folder)

    def _known(self, calculation_id: str) -> Path:
        if CALCULATION.fullmatch(calculation_id) is None:
            raise UnknownCalculation(calculation_id)
        return self._place(calculation_id)

    def _place(self, calculation_id: str) -> Path:
        return self.folder / calculation_id[:2] / calculation_id


def size_of(folder: Path) -> int:
    """Bytes of the files in a folder."""
    return sum(file.stat().st_size for file in folder.iterdir())
