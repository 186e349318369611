"""A batch against its baselines: patients a second and core, growth in time and memory.

    python benchmarks/simulation.py [PATIENTS] [FOLDER OF BUNDLES]

The bundles of `benchmarks/plan.py`, repeated to PATIENTS (1,000 when not given); each repetition is read and planned anew.
"""

from __future__ import annotations

import statistics
import sys
import time
from importlib.util import find_spec
from itertools import cycle, islice, pairwise
from pathlib import Path
from typing import Any, TypedDict

import orjson
from plan import AS_OF, best, bundles, row

from scenarios.cohort import Patient
from scenarios.engines import Engine, Task, rows_of

CORES = 2


class Empty(TypedDict):
    """The state of the empty graph."""

    step: int


def repeated(paths: list[Path], patients: int) -> list[tuple[str, Patient]]:
    """The bundles one after the other, again and again, each under a key of its own."""
    return [(str(number), Patient(path)) for number, path in enumerate(islice(cycle(paths), patients))]


def moments(paths: list[Path], patients: int, engine: Engine = "process") -> list[float]:
    """Seconds from the start of a batch, the start of its workers included, to each of its rows."""
    start, found, errors = time.perf_counter(), [], 0
    for _, one in rows_of(repeated(paths, patients), Task(AS_OF), engine, CORES, patients):
        found.append(time.perf_counter() - start)
        errors += one["outcome"] == "error"
    if len(found) != patients or errors:
        raise SystemExit(f"{errors} errors in {len(found)} rows")
    return [*found, time.perf_counter() - start]


def tenths(found: list[float]) -> list[float]:
    """Patients a second and core in each tenth of a batch but the first, in which the workers start; in order of size."""
    marks = [found[len(found) * n // 10 - 1] for n in range(1, 11)]
    return sorted(len(found) / 10 / (there - here) / CORES for here, there in pairwise(marks))


def empty_graph() -> Any:
    """Six LangGraph nodes in a line that do nothing."""
    from langgraph.graph import END, START, StateGraph

    graph = StateGraph(Empty)
    names = [f"n{number}" for number in range(6)]
    for name in names:
        graph.add_node(name, lambda state: {"step": state["step"]})
    for here, there in zip([START, *names], [*names, END], strict=True):
        graph.add_edge(here, there)
    return graph.compile()


def peaks(paths: list[Path], rounds: int = 4) -> list[float]:
    """Peak memory in MB of one process after each round over all bundles."""
    found = []
    for _ in range(rounds):
        for _ in rows_of(repeated(paths, len(paths)), Task(AS_OF), "inline", 1, len(paths)):
            pass
        status = Path("/proc/self/status").read_text()
        found.append(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1000)
    return found


def main() -> None:
    """Print the table."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    paths = bundles(sys.argv[2] if len(sys.argv) > 2 else None)
    data = [path.read_bytes() for path in paths]
    loads = sum(best(lambda d=d: orjson.loads(d)) for d in data) / len(data)
    graph = empty_graph()
    graph.invoke({"step": 0})
    idle = best(lambda: graph.invoke({"step": 0}), 50)
    few = moments(paths, patients // 5)[-1]
    course = moments(paths, patients)
    many = course[-1]
    each = many * CORES / patients
    row(f"bundles, median {statistics.median(map(len, data)) / 1e6:.2f} MB, mean", f"{sum(map(len, data)) / len(data) / 1e6:.2f} MB", "")
    row(f"{patients} patients, {CORES} workers", f"{many:.1f} s", "")
    row("patients a second and core, start included", f"{1 / each:.1f}", "≥ 80 at a median of 1.1 MB")
    rates = tenths(course)
    row(
        "in tenths of the batch without the first: least, median, most",
        f"{rates[0]:.0f} {statistics.median(rates):.0f} {rates[-1]:.0f}",
        "",
    )
    row("a patient, to orjson.loads of the same bytes", f"{each / loads:.1f} ×", "")
    row("a patient, to an empty graph of six nodes", f"{each / idle:.1f} ×", "")
    marginal = (many - few) / (patients - patients // 5)
    row(f"time of {patients - patients // 5} more, to the first {patients // 5}", f"{marginal / (few / (patients // 5)):.2f} ×", "≤ 1.1 ×")
    if find_spec("ray"):
        moments(paths, CORES, "ray")
        row("the same on Ray, to the pool", f"{moments(paths, patients, 'ray')[-1] / many:.2f} ×", "≤ 1.25 ×")
    row("peak memory of a process, round after round", " ".join(f"{peak:.0f}" for peak in peaks(paths)) + " MB", "≤ 400 MB, flat")


if __name__ == "__main__":
    main()
