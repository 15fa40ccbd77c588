"""What a reading of a repository rests on: the watermark that is stored with what was read.

Each ref → its SHA, `HEAD` → the default branch's name, `heads` → a digest of the heads that were
asked for besides: a head that is in the clone need not be in the tables.
"""

import hashlib
from collections.abc import Collection, Mapping

HEAD = "HEAD"
HEADS = "heads"


def watermark(
    refs: Mapping[str, str], default_branch: str | None, heads: Collection[str]
) -> dict[str, str]:
    """The watermark of a reading of these refs and heads."""
    default = {HEAD: default_branch} if default_branch else {}
    return {**refs, **default, HEADS: _digest(heads)}


def is_but_for_refs(
    mark: Mapping[str, str], default_branch: str | None, heads: Collection[str]
) -> bool:
    """Whether a watermark is that of these heads and default branch, its refs left aside."""
    return mark.get(HEADS) == _digest(heads) and mark.get(HEAD) == (default_branch or None)


def _digest(heads: Collection[str]) -> str:
    return hashlib.sha256("\n".join(sorted(set(heads))).encode()).hexdigest()
