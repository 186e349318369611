"""What a night of a million patients costs: measured here, or worked out from figures that were measured elsewhere.

    python benchmarks/cost.py                 the table of docs/scaling.md, from the figures that stand there
    python benchmarks/cost.py PATIENTS        measure them first, with so many patients of a population (some 400)

Times are of the processor and not of the clock, so that a busy machine tells the same.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from pathlib import Path

AS_OF = date(2026, 11, 26)
POPULATION = "adults-in-primary-care"
MILLION, NIGHT = 1_000_000, 8 * 3600


@dataclass(frozen=True)
class Measured:
    """Figures of one patient.

    Attributes:
        plan_ms: of the processor, knowledge loaded. slowest_ms: of the clock, on a machine that was busy with something else.
        record_mb: of a large record, read twice. row_kb: in the file of rows.
        worker_mb: memory of a worker. driver_kb, compare_kb: memory of the driver, and of its report when two batches are compared.
        reading_minutes: of a reviewer for a plan, declared and not measured.
    """

    plan_ms: float = 25.0
    slowest_ms: float = 67.0
    record_mb: float = 1.0
    row_kb: float = 0.7
    worker_mb: float = 135.0
    driver_kb: float = 0.25
    compare_kb: float = 0.19
    reading_minutes: float = 2.0


def table(found: Measured) -> Iterator[tuple[str, str, str, str]]:
    """What a million patients cost, and what that is in a night of eight hours."""
    planning, slowest = (ms / 1000 * MILLION / 3600 for ms in (found.plan_ms, found.slowest_ms))
    read = 2 * found.record_mb * MILLION
    yield "planning, by the processor", f"{found.plan_ms:.0f} ms", f"{planning:.1f} core-hours", _cores(planning)
    yield "planning, at the slowest rate seen", f"{found.slowest_ms:.0f} ms", f"{slowest:.1f} core-hours", _cores(slowest)
    yield "reading bundles, twice", f"{2 * found.record_mb:.0f} MB", f"{read / 1e6:.0f} TB", f"{read / NIGHT:.0f} MB/s without a pause"
    yield "rows", f"{found.row_kb:.1f} kB", f"{found.row_kb * MILLION / 1e6:.1f} GB", ""
    yield "memory of workers", "", f"{found.worker_mb:.0f} MB each, flat", f"8 workers: {8 * found.worker_mb / 1000:.0f} GB"
    yield "memory of the driver", f"{found.driver_kb:.2f} kB", f"{found.driver_kb * MILLION / 1e6:.2f} GB", ""
    yield "memory of a comparison", f"{found.compare_kb:.2f} kB", f"{found.compare_kb * MILLION / 1e6:.2f} GB", ""
    yield "reading by people", f"{found.reading_minutes:.0f} min", f"{found.reading_minutes * MILLION / 60:,.0f} hours", ""


def _cores(hours: float) -> str:
    cores = ceil(hours / (NIGHT / 3600))
    return f"{cores} core" if cores == 1 else f"{cores} cores"


def measured(patients: int) -> Measured:
    """Plan so many patients in this process after a hundred that warm up, and look at the rows and at the memory."""
    from scenarios.population import drawn
    from scenarios.simulation import Settings, simulate_patients

    with tempfile.TemporaryDirectory() as folder:
        simulate_patients(drawn(POPULATION, 100, 2, AS_OF), Path(folder), Settings(AS_OF, "inline"))
        start = time.process_time()
        simulate_patients(drawn(POPULATION, patients, 1, AS_OF), Path(folder), Settings(AS_OF, "inline"))
        took, rows = time.process_time() - start, (Path(folder) / "rows.ndjson").stat().st_size
    return replace(Measured(), plan_ms=1000 * took / patients, row_kb=rows / patients / 1000, worker_mb=_memory())


def _memory() -> float:
    """Peak memory of this process, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1000


def markdown(found: Measured) -> str:
    """The table as docs/scaling.md has it."""
    rows = [("", "per patient", "a million", "in eight hours"), *table(found)]
    lines = [f"| {' | '.join(row)} |".replace("|  |", "| |") for row in rows]
    return "\n".join([lines[0], "|---|---|---|---|", *lines[1:]])


if __name__ == "__main__":
    print(markdown(measured(int(sys.argv[1])) if len(sys.argv) > 1 else Measured()))
