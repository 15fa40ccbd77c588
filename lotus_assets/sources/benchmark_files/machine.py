"""The fingerprint of a machine: the hardware that decides how long code takes."""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

from lotus_assets.sources.benchmark_files.run_model import Machine

UNKNOWN = Machine(fingerprint="unknown")
"""Where nobody noted the machine. All such runs of a suite stand in one epoch."""


def machine_of(machine_info: Mapping[str, Any]) -> Machine:
    """The machine that pytest-benchmark's `machine_info` describes.

    Only hardware and operating system count. The host's name, the kernel's release and the
    momentary clock rate change without the machine changing, and a new Python or numpy that makes
    code slower is something to be seen, not a reason to stop comparing.
    """
    cpu = machine_info.get("cpu")
    cpu = cpu if isinstance(cpu, Mapping) else {}
    facts = {
        "system": machine_info.get("system"),
        "arch": machine_info.get("machine"),
        "cpu": cpu.get("brand_raw") or cpu.get("brand") or machine_info.get("processor") or None,
        "cpu_vendor": cpu.get("vendor_id_raw") or cpu.get("vendor_id"),
        "cpu_family": cpu.get("family"),
        "cpu_model": cpu.get("model"),
        "cpu_stepping": cpu.get("stepping"),
        "cpu_count": cpu.get("count"),
    }
    known = {name: value for name, value in facts.items() if isinstance(value, str | int)}
    if "cpu" not in known:
        return UNKNOWN.model_copy(update={"facts": known})
    digest = hashlib.sha256(json.dumps(known, sort_keys=True).encode()).hexdigest()[:8]
    name = re.sub(r"[^a-z0-9]+", "-", str(known["cpu"]).lower()).strip("-")[:40]
    return Machine(fingerprint=f"{name}-{known.get('cpu_count', '?')}x-{digest}", facts=known)
