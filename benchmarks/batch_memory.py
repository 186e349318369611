"""The memory of a batch's driver: before, after the rows, after the report.

    python benchmarks/batch_memory.py [PATIENTS] [FOLDER]

Patients (1,000 when not given) of a population go through two workers; a folder of its own holds what is written.
"""

from __future__ import annotations

import sys
import tempfile
import time
from datetime import date
from pathlib import Path

from plan import row

from scenarios.population import drawn
from scenarios.report import write_report
from scenarios.simulation import Settings, simulate_patients

AS_OF = date(2026, 11, 26)


def peak() -> float:
    """Peak memory of this process so far, in MB; workers are not counted."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1000


def main() -> None:
    """Print the table."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as made:
        out = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(made)
        first, start = peak(), time.perf_counter()
        simulate_patients(drawn("adults-in-primary-care", patients, 1, AS_OF), out, Settings(AS_OF, "process", 2))
        row(f"{patients} patients, two workers", f"{time.perf_counter() - start:.0f} s", "")
        row("driver, peak, before and after the rows", f"{first:.0f} and {peak():.0f} MB", "")
        write_report(out)
        row("driver, peak, after the report", f"{peak():.0f} MB", "")


if __name__ == "__main__":
    main()
