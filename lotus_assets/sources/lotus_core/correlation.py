"""Names that travel with a request, so that one run can be followed through both systems' logs."""

import secrets
import uuid
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Correlation:
    """What the requests of one run have in common: its correlation id and its trace."""

    correlation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))

    def headers(self) -> dict[str, str]:
        """Headers of one request: its own request id and span, the run's correlation and trace.

        `traceparent` as W3C Trace Context, §3.2 gives it: version, trace, parent, flags.
        """
        return {
            "X-Correlation-Id": self.correlation_id,
            "X-Request-Id": str(uuid.uuid4()),
            "X-Trace-Id": self.trace_id,
            "traceparent": f"00-{self.trace_id}-{secrets.token_hex(8)}-01",
        }
