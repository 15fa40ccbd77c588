"""Counters of the traffic with GitLab."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Statistics:
    """A snapshot: all requests (Git's included), those repeated, those answered with 429."""

    requests: int = 0
    retries: int = 0
    throttled: int = 0
    by_operation: Mapping[str, int] = field(default_factory=dict)
