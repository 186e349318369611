"""Public lists of drug pairs, held against the interaction check for a patient of whom nothing else is known."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from agent.errors import RecordError
from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, MedicationUse
from tools.interactions import check_regimen
from tools.terminology import terminology

NOBODY = Facts(date(2026, 11, 25))


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
    """Hold each pair against the knowledge."""
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
    for entry in json.loads(_text(ddi / "onc_high_priority_classes.json"))["pairs"]:
        yield from ((first, second) for first in entry["objects"] for second in entry["precipitants"])


def rows(path: Path, first: str, second: str, **wanted: str) -> Iterator[tuple[str, str]]:
    """Pairs of a table, those rows only whose columns have the wanted values."""
    for row in csv.DictReader(_text(path).splitlines()):
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


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise RecordError(f"{path.name!r} cannot be read: {error.strerror}") from None
