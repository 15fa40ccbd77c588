"""An answer of lotus-core, whatever carried it, and how long it is waited for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Answer:
    """A 200 answer: its body, media type, and the ids that name it in the server's log."""

    content: bytes
    media_type: str
    request_id: str


@dataclass(frozen=True)
class Patience:
    """How long and how often to wait: seconds to connect, seconds of silence, attempts in all."""

    connect_seconds: float = 5.0
    read_seconds: float = 60.0
    attempts: int = 5
    first_wait_seconds: float = 0.5
