"""Reading against its budgets: ratios of one run to named baselines.

    python benchmarks/reading.py [FOLDER OF BUNDLES]

Without a folder, `CAREWRIGHT_SHARED` (or `../shared`) is looked in for third-party bundles; where there are none, the
shipped patients are used. Times are the best of several rounds, summed over all bundles; memory is the peak of
what reading the largest bundle allocates, its bytes included, in a fresh process which has loaded the knowledge.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import orjson

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2026, 11, 23)
_PEAK = """
import sys, tracemalloc
from datetime import date
from pathlib import Path
from agent.fhir.read import read_bundle
warm = b'{"resourceType":"Bundle","entry":[{"resource":{"resourceType":"Patient","id":"a"}},{"resource":{"resourceType":"Condition","code":{"text":"x"}}}]}'
read_bundle(warm, date(2026, 11, 23))
tracemalloc.start()
record = read_bundle(Path(sys.argv[1]).read_bytes(), date(2026, 11, 23))
print(tracemalloc.get_traced_memory()[1])
"""


def bundles(argument: str | None) -> list[Path]:
    """The bundles of one patient to measure on, largest last."""
    shared = Path(os.environ.get("CAREWRIGHT_SHARED", ROOT.parent / "shared")) / "data" / "fhir"
    folders = [Path(argument)] if argument else sorted(shared.glob("*synthea*"))
    found = [path for folder in folders for path in folder.glob("*.json")] or list((ROOT / "scenarios" / "patients").glob("*.json"))
    return sorted(found, key=lambda path: path.stat().st_size)


def best(job: Callable[[], object], rounds: int) -> float:
    """Seconds of the quickest round."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def row(what: str, value: str, budget: str = "") -> None:
    """One line of the table."""
    print(f"{what:<68} {value:>12}   {budget}")


def main() -> None:
    """Print the table."""
    from agent.fhir.read import read_bundle

    paths = bundles(sys.argv[1] if len(sys.argv) > 1 else None)
    data = [path.read_bytes() for path in paths]
    first = best(lambda: read_bundle(data[0], AS_OF), 1)
    cold = sum(best(lambda d=d: read_bundle(d, AS_OF), 1) for d in data[1:])  # type: ignore[misc]
    loads = reads = 0.0
    for one in data:  # side by side, so that both see the same machine
        loads += best(lambda d=one: orjson.loads(d), 7)  # type: ignore[misc]
        reads += best(lambda d=one: read_bundle(d, AS_OF), 7)  # type: ignore[misc]
    plain = sum(best(lambda d=d: msgspec.json.decode(d), 5) for d in data)  # type: ignore[misc]
    row(f"orjson.loads of {len(data)} bundles, {sum(map(len, data)) / 1e6:.1f} MB (baseline)", f"{loads * 1e3:.1f} ms")
    row("bytes → facts", f"{reads / loads:.2f} ×", "≤ 2 × orjson.loads")
    digests = sum(best(lambda d=d: read_bundle(d, AS_OF).digest, 5) for d in data)  # type: ignore[misc]
    row("bytes → facts, and the digest of the bytes", f"{digests / loads:.2f} ×")
    row("bytes → facts, every bundle for the first time (codes not yet met)", f"{cold / loads:.2f} ×")
    row("bytes → facts, the first of all (loads the knowledge)", f"{first * 1e3:.0f} ms")
    row("msgspec.json.decode, untyped", f"{plain / loads:.2f} ×")
    validation = validated(data)
    row("fhir.resources.R4B validating the whole bundle", f"{validation / loads:.0f} ×")
    row("R4B validation in relation to bytes → facts", f"{validation / reads:.0f} ×")
    peak = int(subprocess.run([sys.executable, "-c", _PEAK, str(paths[-1])], check=True, capture_output=True, cwd=ROOT).stdout)
    row(
        f"peak memory of reading the largest, with its bytes, {len(data[-1]) / 1e6:.1f} MB",
        f"{peak / len(data[-1]):.1f} ×",
        "≤ 6 × the bundle",
    )


def validated(data: list[bytes]) -> float:
    """Seconds that fhir.resources takes to validate the same bundles, once; a bundle that it refuses counts as well."""
    from fhir.resources.R4B.bundle import Bundle
    from pydantic import ValidationError

    def validate(one: bytes) -> None:
        try:
            Bundle.model_validate_json(one)
        except ValidationError:
            return

    validate(data[0])
    return sum(best(lambda d=d: validate(d), 1) for d in data)  # type: ignore[misc]


if __name__ == "__main__":
    main()
