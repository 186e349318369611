"""The report of a comparison of drafters, counted in one pass over the rows of each and one over those of each pair.

The rules are the measure of agreement, not of truth: where a model differs, the report says in what, and people judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations
from statistics import mean, median

from scenarios.comparison import Rows
from scenarios.intervals import mean_interval
from scenarios.page import Page, Section
from scenarios.pictures import bars, intervals
from scenarios.row import Row
from scenarios.shares import Share, drawn
from scenarios.summary import Spread

_OF_A_PLAN = ("open", "waiting", "questions")
_OF_A_DRAFT = ("calls", "prompt_tokens", "answer_tokens", "milliseconds")
_SUMMED = ("drafted", "preferred", "barred", "restored", "outside", "sentences", "grounded")
_LONGEST_LABEL = 34


@dataclass
class Told:
    """What is counted of one drafter.

    Attributes:
        unsafe: plans that start a contraindicated medicine. asked: drafts for which a model was called.
        spreads: of what is measured, for every plan, or for every draft for which a model was called.
        sums: over all plans. reasons: why the rules' plan stands instead.
    """

    records: int = 0
    plans: int = 0
    unsafe: int = 0
    asked: int = 0
    spreads: dict[str, Spread] = field(default_factory=lambda: {name: Spread() for name in (*_OF_A_PLAN, *_OF_A_DRAFT)})
    sums: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, row: Row) -> None:
        """Count a row."""
        self.records += 1
        if row["outcome"] != "plan":
            return
        self.plans += 1
        self.unsafe += row["unsafe"] > 0
        for name in _OF_A_PLAN:
            self.spreads[name][row[name]] += 1
        self._add_draft(row["model"])

    def _add_draft(self, model: Row) -> None:
        for name in _SUMMED:
            self.sums[name] += int(model[name])
        if model["fell_back"]:
            self.reasons[model["fell_back"]] += 1
        if model["calls"]:
            self.asked += 1
            for name in _OF_A_DRAFT:
                self.spreads[name][model[name]] += 1


@dataclass
class Pair:
    """What is counted of the patients for whom both of two drafters have a plan.

    Attributes:
        lines, changes: how often each share of their lines, or changes of medicines, is in both plans.
        first: the same three lines come first. missing, of: lines of the one's plans that the other's lack, of how many.
    """

    lines: Spread = field(default_factory=Spread)
    changes: Spread = field(default_factory=Spread)
    first: int = 0
    missing: int = 0
    of: int = 0

    def add(self, one: Row, other: Row) -> None:
        """Count a patient."""
        self.lines[_overlap(one["lines"], other["lines"])] += 1
        self.changes[_overlap(one["changes"], other["changes"])] += 1
        self.first += one["lines"][:3] == other["lines"][:3]
        self.missing += len(set(one["lines"]) - set(other["lines"]))
        self.of += len(set(one["lines"]))


def _overlap(a: Sequence[str], b: Sequence[str]) -> float:
    return len(set(a) & set(b)) / len(set(a) | set(b)) if a or b else 1.0


def comparison_page(rows: Rows, as_of: date, head: str) -> Page:
    """The report."""
    told = {name: _told(rows.of(name)) for name in rows.begins}
    pairs = {names: _pair(rows.both(*names)) for names in combinations(rows.begins, 2)}
    others = [name for name in told if name != "rules" and "rules" in told]
    missing = {name: pairs.get(("rules", name)) or _pair(rows.both("rules", name)) for name in others}
    text = f"{head} As of {as_of.isoformat()}; {rows.records} records. Every plan passed the same checks, whoever drafted it."
    sections = [_reached(told), _omissions(told, missing), _blocked(told), _statements(told), _agreement(pairs), _cost(told)]
    return Page("Drafters compared", text, sections)


def _told(rows: Iterable[Row]) -> Told:
    found = Told()
    for row in rows:
        found.add(row)
    return found


def _pair(rows: Iterable[tuple[Row, Row]]) -> Pair:
    found = Pair()
    for one, other in rows:
        found.add(one, other)
    return found


def _reached(told: Mapping[str, Told]) -> Section:
    shares = {name: Share(one.sums["drafted"], one.plans) for name, one in told.items() if name != "rules"}
    rows = [
        (name, str(one.records), str(one.plans), str(shares[name]) if name in shares else "all", _reasons(one))
        for name, one in told.items()
    ]
    return Section(
        "Who drafted",
        (("drafter", "records", "plans", "drafted by it", "given up, and the rules' plan stands"), rows),
        "A draft that cannot be used costs a call and changes nothing.",
        _shares("Plans drafted by the model that was asked", shares),
    )


def _reasons(told: Told) -> str:
    return "; ".join(f"{reason} ({count})" for reason, count in told.reasons.most_common()) or "none"


def _omissions(told: Mapping[str, Told], missing: Mapping[str, Pair]) -> Section:
    rows = []
    for name, one in told.items():
        left_open, waiting, questions = (_mean(one.spreads[of]) for of in _OF_A_PLAN)
        share = str(Share(missing[name].missing, missing[name].of)) if name in missing else ""
        rows.append((name, left_open, share, str(one.sums["preferred"]), waiting, questions))
    columns = ("drafter", "left open", "missing lines", "other options", "waiting", "questions")
    text = (
        "Left open: entries of the ledger that no line deals with. Missing: lines of the rules' plan that this one does not have; other options: those of them "
        "in whose place the model preferred another. Means of a plan, with 95 % intervals. A line that a model puts off stays, and waits for an answer."
    )
    return Section("Omissions", (columns, rows), text)


def _blocked(told: Mapping[str, Told]) -> Section:
    rows = [
        (name, *(str(one.sums[of]) for of in ("barred", "restored", "outside")), str(Share(one.unsafe, one.plans)))
        for name, one in told.items()
    ]
    return Section("Unsafe proposals blocked", (("drafter", "barred", "restored", "asked about", "unsafe plans"), rows), _BLOCKED)


_BLOCKED = (
    "Barred: medicines that it preferred or proposed and that a check speaks against. Restored: safety lines that it left out. Asked about: medicines from "
    "outside of the draft that became a question. Unsafe: plans that start a contraindicated medicine; only these would a reviewer have met."
)


def _statements(told: Mapping[str, Told]) -> Section:
    counts = {name: (one.sums["sentences"], one.sums["grounded"]) for name, one in told.items()}
    shares = {name: Share(written - kept, written) for name, (written, kept) in counts.items() if written}
    rows = [
        (name, str(written), str(kept), str(shares[name]) if name in shares else "none written") for name, (written, kept) in counts.items()
    ]
    return Section(
        "Unsupported statements",
        (("drafter", "sentences written", "kept", "unsupported, and struck"), rows),
        "A sentence is kept where every word, number, verb and denial of it is borne out by the line's own facts and findings.",
        _shares("Sentences that nothing bore out", shares),
    )


def _agreement(pairs: Mapping[tuple[str, str], Pair]) -> Section:
    rows, means = [], []
    for names, pair in pairs.items():
        label = " and ".join(names)
        rows.append((label, _mean(pair.lines), _mean(pair.changes), str(Share(pair.first, pair.lines.total()))))
        if pair.changes:
            means.append((label[:_LONGEST_LABEL], *_middle_and_interval(pair.changes)))
    columns = ("drafters", "the same lines", "the same changes of medicines", "the same three lines first")
    text = "Of the lines of either plan, those of both: 1 is the same plan. Means over patients, with 95 % intervals."
    return Section("Agreement", (columns, rows), text, intervals("The same changes of medicines, mean share of a plan", means))


def _cost(told: Mapping[str, Told]) -> Section:
    seconds = {name: Spread({ms / 1000: n for ms, n in one.spreads["milliseconds"].items()}) for name, one in told.items()}
    rows = [
        (
            name,
            *(_mean(one.spreads[of]) for of in ("calls", "prompt_tokens", "answer_tokens")),
            _mean(seconds[name]),
            f"{median(one.spreads['milliseconds'].elements()) / 1000:.2f}" if one.asked else "",
        )
        for name, one in told.items()
    ]
    means = [(name, round(mean(some.elements()), 2)) for name, some in seconds.items() if some]
    columns = ("drafter", "calls", "tokens of the prompt", "tokens of the answer", "seconds of a draft", "median seconds")
    text = "Means of a draft for which a model was asked, with 95 % intervals; tokens as the server counts them."
    return Section("Tokens and time", (columns, rows), text, bars("Seconds of a draft, mean", means))


def _mean(values: Spread) -> str:
    if not values:
        return ""
    middle, low, high = _middle_and_interval(values)
    return f"{middle:.2f} ({low:.2f} to {high:.2f})"


def _middle_and_interval(values: Spread) -> tuple[float, float, float]:
    every = list(values.elements())
    return mean(every), *mean_interval(every)


def _shares(title: str, shares: Mapping[str, Share]) -> str:
    return drawn(title, [(name[:_LONGEST_LABEL], share) for name, share in shares.items()])
