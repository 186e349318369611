"""Measures the interaction knowledge against public lists, and its speed. Prints figures; tests assert the counts.

    python benchmarks/interactions.py DATA

DATA is the folder of third-party data that holds `ddi/` (see the tests' `CAREWRIGHT_SHARED`). Ratios are what to compare between
machines; times depend on the machine and on what else it does.
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from pathlib import Path

from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, MedicationUse
from tools.interactions import check_regimen, documents, knowledge_refs
from tools.terminology import terminology

NOBODY = Facts(date(2026, 11, 25))
WHY_NOT = Path(__file__).with_name("interactions-not-found.csv")


@dataclass
class Tally:
    """A list held against the knowledge."""

    pairs: int = 0
    met: int = 0
    unmet: list[tuple[str, str]] = field(default_factory=list)
    unrecognised: Counter[str] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Of the pairs whose two names were recognised."""
        return self.met / self.pairs if self.pairs else 0.0


def use_of(name: str, reference: str) -> MedicationUse | None:
    """The medicine of that name as the record reader would give it; `None` where it is not recognised."""
    match = terminology().medication(name.replace("_", " ").replace("’", "'"))
    if match.outcome != "recognized":
        return None
    return MedicationUse(reference, name, match.ingredients, match.kinds, route=match.route, form=match.form)


def tally(pairs: Iterator[tuple[str, str]], met: Callable[[tuple[Issue, ...]], bool]) -> Tally:
    """Hold each pair against the knowledge, for a patient of whom nothing else is known."""
    result = Tally()
    for names in pairs:
        uses = [use_of(name, f"MedicationRequest/{position}") for position, name in enumerate(names)]
        result.unrecognised.update(name.lower() for name, use in zip(names, uses, strict=True) if use is None)
        known = [use for use in uses if use is not None]
        if len(known) < 2 or known[0].ingredients == known[1].ingredients:
            continue
        result.pairs += 1
        if met(check_regimen(known, NOBODY).issues):
            result.met += 1
        else:
            result.unmet.append((known[0].ingredients[0].name, known[1].ingredients[0].name))
    return result


def flagged(issues: tuple[Issue, ...]) -> bool:
    """Critical or warning, and shown."""
    return any(issue.indicator in ("critical", "warning") and not issue.suppressed for issue in issues)


def interrupts(issues: tuple[Issue, ...]) -> bool:
    """Asks for a reason."""
    return any(issue.interruptive for issue in issues)


def high_priority(ddi: Path) -> Iterator[tuple[str, str]]:
    """Every named pair of the ONC high-priority list (its QT entry names no medicines)."""
    for entry in json.loads((ddi / "onc_high_priority_classes.json").read_text("utf-8"))["pairs"]:
        yield from ((first, second) for first in entry["objects"] for second in entry["precipitants"])


def rows(path: Path, first: str, second: str, **wanted: str) -> Iterator[tuple[str, str]]:
    """Pairs of a table, those rows only whose columns have the wanted values."""
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if all(row[column] == value for column, value in wanted.items()):
                yield row[first], row[second]


def onc_high(ddi: Path) -> Tally:
    """ONC high-priority pairs that are flagged critical or warning."""
    return tally(high_priority(ddi), flagged)


def onc_low(ddi: Path) -> Tally:
    """ONC low-priority pairs that do not interrupt."""
    return tally(rows(ddi / "onc_low_priority_noninterruptive_pairs.csv", "drug1", "drug2"), lambda issues: not interrupts(issues))


def ndfrt_critical(ddi: Path) -> Tally:
    """NDF-RT pairs of severity Critical about which something is said."""
    return tally(rows(ddi / "ndfrt_pairs_with_severity.csv", "object", "precipitant", severity="Critical"), bool)


def common_regimen(size: int) -> list[MedicationUse]:
    """So many medicines of the knowledge's own, each once, in alphabetical order of their ingredient."""
    found: dict[str, MedicationUse] = {}
    for file in documents():
        for rule in file.rule:
            for side in rule.between:
                for name in terminology().members(side) or (side,):
                    if name not in found and (use := use_of(name, f"MedicationRequest/{name}")):
                        found[name] = use
    return [found[name] for name in sorted(found)][:: max(1, len(found) // size)][:size]


def seconds(action: Callable[[], object], times: int) -> float:
    """The best of five means."""
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        for _ in range(times):
            action()
        best = min(best, (time.perf_counter() - start) / times)
    return best


def speed() -> Iterator[tuple[str, float, str]]:
    """What is measured, the figure, its unit."""
    fifteen, hundred = common_regimen(15), common_regimen(100)
    pairs = list(combinations(hundred, 2))[::17]
    yield "15 medicines", seconds(lambda: check_regimen(fifteen, NOBODY), 50) * 1e3, "ms"
    yield "100 medicines", seconds(lambda: check_regimen(hundred, NOBODY), 5) * 1e3, "ms"
    yield "one pair", seconds(lambda: [check_regimen(pair, NOBODY) for pair in pairs], 1) / len(pairs) * 1e6, "µs"


def main(data: Path) -> None:
    """Print every figure."""
    ddi = data / "ddi"
    start = time.perf_counter()
    rules = len(knowledge_refs()) - 1
    print(f"rules                     {rules} in {len(documents())} files, loaded in {(time.perf_counter() - start) * 1e3:.0f} ms")
    for name, result in (
        ("ONC high-priority flagged", onc_high(ddi)),
        ("ONC low-priority silent  ", onc_low(ddi)),
        ("NDF-RT Critical found    ", ndfrt_critical(ddi)),
    ):
        print(f"{name} {result.met}/{result.pairs} = {result.share:.1%}; names not recognised: {len(result.unrecognised)}")
        for pair in sorted(set(result.unmet)):
            print("   not:", " + ".join(pair))
    for what, figure, unit in speed():
        print(f"{what:25} {figure:.2f} {unit}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
