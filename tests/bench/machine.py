"""What a figure was measured on."""

from __future__ import annotations

import os
import platform
import sqlite3
from pathlib import Path


def described() -> dict[str, object]:
    """Cores, processor, load, versions."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")), platform.machine(),
    )  # fmt: skip
    return {
        "cores": os.cpu_count(), "processor": model, "load": round(os.getloadavg()[0], 2),
        "python": platform.python_version(), "sqlite": sqlite3.sqlite_version,
    }  # fmt: skip
