"""What a report needs of the rows of a batch, counted in one pass, so that a million rows need no more memory than a thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from policies.worklist import group_of
from scenarios.row import Row
from scenarios.shares import Share

MEASURES = ("interruptive", "issues", "suppressed", "questions", "medications", "uncertain", "not_checked")
COUNTED = ("items", "ledger", "open", "alerts", "confidence")
DRAFTED = ("calls", "prompt_tokens", "answer_tokens", "milliseconds", "sentences", "grounded", "preferred", "barred", "outside")
ERRORS = 200
"""So many failures are named; the others are counted."""


class Spread(Counter[float]):
    """How often each value occurs."""

    def mean(self) -> float:
        """The mean; 0 of nothing."""
        return sum(value * count for value, count in self.items()) / self.total() if self else 0.0

    def most(self) -> float:
        """The largest; 0 of nothing."""
        return max(self, default=0)

    def quantile(self, share: float) -> float:
        """The value below which this share lies, between neighbours where it falls between them; 0 of nothing."""
        place = share * (self.total() - 1)
        low = self._at(int(place))
        return low + (self._at(min(int(place) + 1, self.total() - 1)) - low) * (place - int(place)) if self else 0.0

    def _at(self, place: int) -> float:
        passed = 0
        for value in sorted(self):
            passed += self[value]
            if passed > place:
                return value
        return 0.0


@dataclass
class Group:
    """Patients who are compared with the others.

    Attributes:
        interrupted, asked, open: how many of them have a plan that interrupts, asks something, or leaves a concern open.
    """

    patients: int = 0
    lines: int = 0
    interrupted: int = 0
    asked: int = 0
    open: int = 0

    def add(self, row: Row) -> None:
        """Count a plan."""
        self.patients += 1
        self.lines += sum(row["items"].values())
        self.interrupted += row["interruptive"] > 0
        self.asked += row["questions"] > 0
        self.open += bool(row["open"])

    def share(self, of: str) -> Share:
        """The share of its patients of whom something holds."""
        return Share(getattr(self, of), self.patients)


@dataclass
class Drafts:
    """What a model said of its drafts; `given_up` counts why the rules' plan stands instead."""

    asked: int = 0
    drafted: int = 0
    given_up: Counter[str] = field(default_factory=Counter)
    spreads: dict[str, Spread] = field(default_factory=lambda: {name: Spread() for name in DRAFTED})

    def add(self, told: Row) -> None:
        """Count a draft."""
        self.asked += 1
        self.drafted += told["drafted"]
        if told["fell_back"]:
            self.given_up[told["fell_back"]] += 1
        for name in DRAFTED:
            self.spreads[name][told[name]] += 1


@dataclass
class Summary:
    """Everything that is counted.

    Attributes:
        spreads: of each measure, and `lines`. counters: of what rows count by name. problems, groups: by module, and by sex and age.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    spreads: dict[str, Spread] = field(default_factory=lambda: {name: Spread() for name in ("lines", *MEASURES)})
    counters: dict[str, Counter[str]] = field(default_factory=lambda: {name: Counter() for name in COUNTED})
    routes: Counter[str] = field(default_factory=Counter)
    problems: dict[str, Group] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    interruptive_unsure: int = 0
    errors: list[tuple[str, str]] = field(default_factory=list)
    drafts: Drafts = field(default_factory=Drafts)

    def add(self, row: Row) -> None:
        """Count a row."""
        self.outcomes[row["outcome"]] += 1
        if row["outcome"] == "plan":
            self._plan(row)
        elif row["outcome"] == "error" and len(self.errors) < ERRORS:
            self.errors.append((row["patient"], f"{row['error']}: {row['message']}"))

    def _plan(self, row: Row) -> None:
        self.spreads["lines"][sum(row["items"].values())] += 1
        for name in MEASURES:
            self.spreads[name][row[name]] += 1
        for name in COUNTED:
            self.counters[name].update(row.get(name) or {})
        self.routes[f"{row['route']}, {row['urgency']}"] += 1
        self.interruptive_unsure += row.get("interruptive_unsure", 0)
        self.groups.setdefault(group_of(row["sex"], row["age"]), Group()).add(row)
        for module in dict.fromkeys(row["modules"]):
            self.problems.setdefault(module, Group()).add(row)
        if "model" in row:
            self.drafts.add(row["model"])

    @property
    def plans(self) -> int:
        """How many patients have a plan."""
        return self.outcomes["plan"]


def summary(rows: Iterable[Row]) -> Summary:
    """The counts of these rows."""
    found = Summary()
    for row in rows:
        found.add(row)
    return found
