"""The main job against its budgets: ratios to a named baseline, all of one run.

    python benchmarks/plan.py [FOLDER OF BUNDLES]

Without a folder, `CAREWRIGHT_SHARED` (or `../shared`) is looked in for third-party bundles; where there are none, the
shipped patients are used. Times are the best of several rounds, since what disturbs a measurement only ever adds to it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import orjson

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2026, 11, 23)


def bundles(argument: str | None) -> list[Path]:
    """The bundles to measure on, largest last."""
    shared = Path(os.environ.get("CAREWRIGHT_SHARED", ROOT.parent / "shared")) / "data" / "fhir"
    folder = Path(argument) if argument else shared
    found = [path for path in folder.rglob("*.json") if path.stat().st_size > 20_000 and _is_patient_bundle(path)]
    return sorted(found or (ROOT / "scenarios" / "patients").glob("*.json"), key=lambda path: path.stat().st_size)


def _is_patient_bundle(path: Path) -> bool:
    try:
        raw = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError:
        return False
    if not isinstance(raw, dict) or raw.get("resourceType") != "Bundle":
        return False
    patients = [entry for entry in raw.get("entry", ()) if entry.get("resource", {}).get("resourceType") == "Patient"]
    return len(patients) == 1


def best(job: Callable[[], object], rounds: int = 5) -> float:
    """Seconds of the quickest round."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def seconds_of(*command: str, rounds: int = 3) -> float:
    """Seconds of a whole process, the quickest of some rounds."""
    return best(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL), rounds)


def row(what: str, value: str, budget: str) -> None:
    """One line of the table."""
    print(f"{what:<62} {value:>10}   {budget}")


def in_process(paths: list[Path]) -> None:
    """Reading and planning, summed over all bundles."""
    from agent.fhir.read import read_bundle
    from agent.planning import make_plan

    data = [path.read_bytes() for path in paths]
    make_plan(data[0], AS_OF)
    loads = sum(best(lambda d=d: orjson.loads(d)) for d in data)
    reads = sum(best(lambda d=d: read_bundle(d, AS_OF)) for d in data)
    plans = sum(best(lambda d=d: make_plan(d, AS_OF), 3) for d in data)
    row(f"orjson.loads of {len(data)} bundles, {sum(map(len, data)) / 1e6:.1f} MB (baseline)", f"{loads * 1e3:.1f} ms", "")
    row("bytes → facts", f"{reads / loads:.2f} ×", "≤ 2 × orjson.loads")
    row("whole plan through the graph, no checkpointer", f"{plans / reads:.2f} ×", "≤ 6 × bytes → facts")
    row("whole plan, a bundle", f"{plans / len(data) * 1e3:.1f} ms", "")
    validation(data, plans)


def validation(data: list[bytes], plans: float) -> None:
    """Against fhir.resources validating the same bundles (those that it accepts)."""
    from fhir.resources.R4B.bundle import Bundle

    from agent.planning import make_plan

    validated = planned = 0.0
    for d in data[: max(3, len(data) // 3)]:
        try:
            validated += best(lambda d=d: Bundle.model_validate_json(d), 1)
        except ValueError:
            continue
        planned += best(lambda d=d: make_plan(d, AS_OF), 3)
    if planned:
        row("fhir.resources.R4B validating a bundle, to a whole plan", f"{validated / planned:.1f} ×", "≥ 5 ×")


def whole_process(largest: Path) -> None:
    """What a person waits for at the prompt."""
    python = sys.executable
    langgraph = seconds_of(python, "-c", "import langgraph.graph")
    row("python -c 'import langgraph.graph' (baseline)", f"{langgraph:.2f} s", "")
    row("carewright --help", f"{seconds_of(python, '-m', 'agent', '--help'):.2f} s", "≤ 0.3 s")
    near = min(bundles(None), key=lambda path: abs(path.stat().st_size - 1_000_000))
    took = seconds_of(python, "-m", "agent", "plan", str(near), "--as-of", AS_OF.isoformat(), "--format", "json")
    row(
        f"carewright plan of {near.stat().st_size / 1e6:.1f} MB",
        f"{took:.2f} s",
        f"≤ 1.5 × baseline + 0.5 s = {1.5 * langgraph + 0.5:.2f} s",
    )
    script = (
        "import sys; from datetime import date; from agent.planning import make_plan;"
        "make_plan(open(sys.argv[1], 'rb').read(), date.fromisoformat(sys.argv[2]));"
        "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')) + '000')"
    )
    peak = int(subprocess.run([python, "-c", script, str(largest), AS_OF.isoformat()], check=True, capture_output=True, text=True).stdout)
    size = largest.stat().st_size
    row(
        f"peak memory of a plan of {size / 1e6:.1f} MB",
        f"{peak / 1e6:.0f} MB",
        f"≤ 6 × bundle + 150 MB = {(6 * size + 150e6) / 1e6:.0f} MB",
    )


def knowledge() -> None:
    """Loading the whole knowledge base from the compiled cache, in a fresh process, without the imports of libraries."""
    script = (
        "import time; from agent.knowledge_index import KINDS, ROOT; from tools.clinical.knowledge import load;"
        "kinds = [(ROOT / kind.folder, kind.document) for kind in KINDS]; start = time.perf_counter();"
        "[load(folder, document) for folder, document in kinds]; print(time.perf_counter() - start)"
    )
    times = [float(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout) for _ in range(4)]
    row("knowledge ready from the compiled cache", f"{min(times) * 1e3:.0f} ms", "≤ 150 ms")


def main() -> None:
    """Print the table."""
    paths = bundles(sys.argv[1] if len(sys.argv) > 1 else None)
    in_process(paths)
    whole_process(paths[-1])
    knowledge()


if __name__ == "__main__":
    main()
