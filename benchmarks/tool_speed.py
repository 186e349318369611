"""The tools against their budgets: times, and ratios to a baseline that is measured in the same run.

    python benchmarks/tool_speed.py

The baseline is one round trip of a kilobyte through the standard library's JSON: a unit of work that every machine can repeat.
Times are the best of several rounds, since what disturbs a measurement only ever adds to it. Memory is that of a process of
its own that loads every tool, less that of a bare interpreter.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date

from agent.screening import screen
from tools.calculators import calculate, derive
from tools.clinical.facts import Facts, Measurement, MedicationUse, Problem, Regimen
from tools.clinical.quantity import Quantity
from tools.dosing import calculate_dose, check_dose, next_step
from tools.guidelines import search_guidelines
from tools.terminology import terminology

AS_OF = date(2026, 11, 25)
LOAD = """
import time
start = time.perf_counter()
from agent.screening import screen
from tools.calculators import derive
from tools.clinical.facts import Facts
from tools.guidelines import search_guidelines
from datetime import date
ready = time.perf_counter()
screen([], Facts(date(2026, 11, 25)))
derive(Facts(date(2026, 11, 25)))
from tools.dosing import knows
knows("", "")
search_guidelines("blood pressure")
memory = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(ready - start, time.perf_counter() - ready, memory)
"""
BARE = """print(0, 0, next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmRSS")))"""
COMMON = (
    "lisinopril", "metformin", "atorvastatin", "amlodipine", "metoprolol", "omeprazole", "sertraline", "gabapentin", "furosemide", "apixaban",
    "levothyroxine", "allopurinol", "tramadol", "albuterol", "prednisone", "spironolactone", "ibuprofen", "clopidogrel", "digoxin", "amiodarone",
)  # fmt: skip


def best(job: Callable[[], object], repeat: int, rounds: int = 7) -> float:
    """Seconds of one call, the quickest round of `repeat` calls."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        for _ in range(repeat):
            job()
        times.append((time.perf_counter() - start) / repeat)
    return min(times)


def uses(count: int) -> list[MedicationUse]:
    """So many different medicines, by name, each with a daily dose."""
    words = terminology()
    names = [*COMMON, *(name for name in sorted(words.members("cyp3a4-substrate")) if name not in COMMON), *sorted(words.members("qt-any"))]
    found: list[MedicationUse] = []
    for position, name in enumerate(dict.fromkeys(names)):
        match = words.medication(name)
        if match.ingredients and len(found) < count:
            regimen = Regimen(daily=Quantity.parse("20 mg"))
            found.append(MedicationUse(f"m{position}", name, tuple(match.ingredients), frozenset(words.kinds_of(name)), regimen=regimen))
    return found


def patient() -> Facts:
    """A woman of 72 with the values that the tools ask for most."""
    values = {
        "serum-creatinine": "1.2 mg/dL", "body-weight": "60 kg", "body-height": "160 cm", "serum-potassium": "4.2 mmol/L", "total-cholesterol": "200 mg/dL",
        "hdl-cholesterol": "50 mg/dL", "triglycerides": "150 mg/dL", "systolic-bp": "142 mm[Hg]", "heart-rate": "72 /min", "hba1c": "7.4 %",
    }  # fmt: skip
    problems = ("atrial-fibrillation", "hypertension", "type-2-diabetes", "gout")
    facts = Facts(
        as_of=AS_OF,
        reference="Patient/1",
        birth_date=date(1954, 1, 1),
        sex="female",
        problems=tuple(Problem(f"c/{name}", name, frozenset({name})) for name in problems),
        measurements={name: (Measurement(name, Quantity.parse(text), AS_OF, f"o/{name}"),) for name, text in values.items()},
    )
    return derive(facts).added_to(facts)


def processes() -> tuple[float, float, float]:
    """Seconds to import the tools, seconds to load their knowledge from the cache, megabytes over a bare interpreter."""
    runs = [subprocess.run([sys.executable, "-c", LOAD], check=True, capture_output=True, text=True).stdout.split() for _ in range(3)]
    bare = subprocess.run([sys.executable, "-c", BARE], check=True, capture_output=True, text=True).stdout.split()
    return min(float(r[0]) for r in runs), min(float(r[1]) for r in runs), (min(int(r[2]) for r in runs) - int(bare[2])) / 1024


def row(what: str, seconds: float, baseline: float, budget: str) -> None:
    """One line of the table."""
    print(f"{what:58} {seconds * 1e6:>10.1f} µs {seconds / baseline:>9.1f} ×   {budget}")


def main() -> None:
    """Measure and print."""
    document = {"name": "a kilobyte", "values": [{"code": f"{i:04}", "value": i * 1.5} for i in range(28)]}
    baseline = best(lambda: json.loads(json.dumps(document)), 500)
    facts, fifteen, hundred, two = patient(), uses(15), uses(100), uses(2)
    print(f"baseline: JSON round trip of {len(json.dumps(document))} bytes, {baseline * 1e6:.1f} µs\n")
    print(f"{'what':58} {'time':>13} {'ratio':>11}   budget")
    row("regimen of 15 medicines against everything", best(lambda: screen(fifteen, facts), 20), baseline, "1 ms")
    row(f"regimen of {len(hundred)} medicines against everything", best(lambda: screen(hundred, facts), 3), baseline, "10 ms")
    row("regimen of 2 medicines against everything", best(lambda: screen(two, facts), 100), baseline, "")
    cold = iter(f"lisinopril {n} mg oral tablet" for n in range(1, 100_000))
    row("a medicine's name, seen before", best(lambda: terminology().medication("Lisinopril 10 MG Oral Tablet"), 500), baseline, "50 µs")
    row("a medicine's name, never seen", best(lambda: terminology().medication(next(cold)), 50), baseline, "1 ms")
    row("a dose by criteria", best(lambda: calculate_dose("apixaban", "atrial-fibrillation", facts), 200), baseline, "")
    row("a next step", best(lambda: next_step(fifteen[0], "hypertension", facts, "up"), 200), baseline, "")
    row("a dose check", best(lambda: check_dose(fifteen[1], facts), 200), baseline, "")
    given: dict[str, Quantity | str | bool] = {"creatinine": Quantity.parse("1.2 mg/dL"), "age": Quantity.parse("72 a"), "sex": "female"}
    row("a calculation", best(lambda: calculate("egfr-ckd-epi-2021", given), 500), baseline, "")
    row("all that follows from a patient's facts", best(lambda: derive(facts), 50), baseline, "")
    row("a guideline search", best(lambda: search_guidelines("statin in diabetes"), 50), baseline, "1 ms")
    imports, loading, memory = processes()
    row("loading all knowledge from the cache", loading, baseline, "150 ms")
    row("importing the tools", imports, baseline, "")
    print(f"{'memory over a bare interpreter':58} {memory:>10.1f} MB {'':>11}   80 MB")


if __name__ == "__main__":
    main()
