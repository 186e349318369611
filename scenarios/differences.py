"""A batch held against an earlier one: what changed in the plans of the same patients.

Both are read row by row (`scenarios.places`); what is held is what is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from heapq import nsmallest
from pathlib import Path

from scenarios.page import Section
from scenarios.places import Places
from scenarios.row import Row

_MEASURES: dict[str, Callable[[Row], float]] = {
    "lines": lambda row: sum(row["items"].values()),
    "interruptive": lambda row: row["interruptive"],
    "issues": lambda row: row["issues"],
    "questions": lambda row: row["questions"],
    "open in the ledger": lambda row: sum(count for status, count in row["ledger"].items() if status != "addressed"),
}
_MOST = 10


@dataclass
class _Measured:
    """One measure of the plans of both batches."""

    before: float = 0
    now: float = 0
    more: int = 0
    fewer: int = 0


@dataclass
class _Changed:
    """What is counted of the patients of both batches.

    Attributes:
        most: of the plans that changed most: by how much (negative, for their order), label, key, and each measure before and now.
    """

    here: int = 0
    there: int = 0
    both: int = 0
    outcomes: int = 0
    planned: int = 0
    digests: int = 0
    measures: dict[str, _Measured] = field(default_factory=lambda: {name: _Measured() for name in _MEASURES})
    actions: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    most: list[tuple[float, str, str, list[str]]] = field(default_factory=list)

    def add(self, old: Row, new: Row) -> None:
        """Count a patient of both."""
        self.both += 1
        self.outcomes += old["outcome"] != new["outcome"]
        if old["outcome"] == new["outcome"] == "plan":
            self._plans(old, new)

    def _plans(self, old: Row, new: Row) -> None:
        self.planned += 1
        self.digests += old["digest"] != new["digest"]
        pairs = {name: (measure(old), measure(new)) for name, measure in _MEASURES.items()}
        for name, (before, now) in pairs.items():
            one = self.measures[name]
            one.before, one.now = one.before + before, one.now + now
            one.more, one.fewer = one.more + (now > before), one.fewer + (now < before)
        for counter, row in zip(self.actions, (old, new), strict=True):
            counter.update(row["items"])
        if by := sum(abs(now - before) for before, now in pairs.values()):
            told = [f"{before:g} → {now:g}" for before, now in pairs.values()]
            self.most = nsmallest(_MOST, [*self.most, (-by, new["patient"], new["key"], told)])


def differences(before: tuple[Row, Path], after: tuple[Row, Path]) -> list[Section]:
    """The same patients (by the content of their records) before and after; those that only one batch has are counted.

    Args:
        before, after: the manifest of each batch, and the file of its rows.
    """
    found, head = _counted(before[1], after[1]), before[0]
    text = (
        f"Against carewright {head['carewright']}, knowledge {head['knowledge'][:19]}, as of {head['as_of']}. "
        f"{found.both} patients are in both, {found.here - found.both} only here, {found.there - found.both} only there. "
        f"Outcome changed: {found.outcomes}. Plans with another digest: {found.digests} of {found.planned}."
    )
    if not found.planned:
        return [Section("Differences to the batch before", None, text)]
    return [Section("Differences to the batch before", (_COLUMNS, list(_means(found))), text), _actions(found), _most(found)]


def _counted(before: Path, after: Path) -> _Changed:
    found = _Changed()
    with ExitStack() as stack:
        old, new = stack.enter_context(Places(before)), stack.enter_context(Places(after))
        found.there = sum(1 for _ in old)
        for key in new:
            found.here += 1
            if (was := old.row(key)) and (now := new.row(key)):
                found.add(was, now)
    return found


_COLUMNS = ("measure", "mean before", "mean now", "patients with more", "with fewer")


def _means(found: _Changed) -> Iterator[tuple[str, ...]]:
    for name, one in found.measures.items():
        yield name, f"{one.before / found.planned:.2f}", f"{one.now / found.planned:.2f}", str(one.more), str(one.fewer)


def _actions(found: _Changed) -> Section:
    before, now = found.actions
    table = [(name, str(before[name]), str(now[name])) for name in sorted(before | now)]
    return Section("Lines by action, before and after", (("action", "before", "now"), table))


def _most(found: _Changed) -> Section:
    return Section("Plans that changed most", (("patient", *_MEASURES), [(label, *told) for _, label, _, told in found.most]))
