"""Reference data beside the checkout; tests that need it skip without it.

`SHARED_DATA` names the folder; by default it is `../shared/data`.
"""

import os
from pathlib import Path

SHARED_DATA = Path(
    os.environ.get("SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data")
)
