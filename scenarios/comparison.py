"""Drafters held against each other: the same patients, the same checks, and what each of them added, cost and risked.

Everything is counted on checked plans, so that a figure says what would have reached a reviewer. The rules are the measure of agreement,
not of truth: where a model differs, the report says in what, and people judge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from statistics import mean, median

from agent.drafting import Drafter
from agent.errors import PlannerError
from scenarios.card import Share
from scenarios.cohort import Recorded
from scenarios.intervals import mean_interval
from scenarios.page import Page, Section
from scenarios.pictures import bars, intervals
from scenarios.row import Row
from scenarios.rows import drafted, planned_by
from tools.clinical.plan import Plan

_CHANGES = ("start", "stop", "hold", "change")


@dataclass(frozen=True)
class Compared:
    """What is done for each patient with one drafter."""

    as_of: date
    drafter: Drafter

    def row(self, patient: Recorded) -> Row:
        """What came of it."""
        try:
            return row_of(planned_by(self.drafter, patient.data(), self.as_of))
        except PlannerError as error:
            return {"outcome": "error", "error": type(error).__name__}


def row_of(plan: Plan) -> Row:
    """What is compared of one checked plan."""
    starts = {item.id for item in plan.items if item.action == "start"}
    unsafe = {i for issue in plan.issues if issue.severity == "contraindicated" and not issue.suppressed for i in issue.items}
    return {
        "outcome": "no-plan" if plan.status == "no-plan" else "plan",
        "lines": [f"{item.action} {item.subject.reference or item.subject.text}" for item in plan.items],
        "changes": [f"{i.action} {i.subject.reference or i.subject.text}" for i in plan.items if i.action in _CHANGES],
        "waiting": sum(bool(item.conditional_on) for item in plan.items),
        "questions": len(plan.questions),
        "open": sum(line.status != "addressed" for line in plan.coverage),
        "unsafe": len(starts & unsafe),
        "model": drafted(plan),
        "restored": list(plan.drafter.report.restored) if plan.drafter.report else [],
    }


def compared(
    patients: Sequence[Recorded],
    drafters: Mapping[str, Drafter],
    as_of: date,
    concurrency: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, dict[str, Row]]:
    """Drafter → patient → row; drafters one after the other, so that none slows another down."""
    keyed = {patient.key(): patient for patient in patients}
    found: dict[str, dict[str, Row]] = {}
    for name, drafter in drafters.items():
        found[name] = {}
        with ThreadPoolExecutor(1 if name == "rules" else concurrency) as threads:
            for key, row in zip(keyed, threads.map(Compared(as_of, drafter).row, keyed.values()), strict=True):
                found[name][key] = row
                progress(sum(map(len, found.values())), len(keyed) * len(drafters))
    return found


def comparison_page(found: Mapping[str, Mapping[str, Row]], as_of: date, head: str) -> Page:
    """The report."""
    planned = {name: [row for row in rows.values() if row["outcome"] == "plan"] for name, rows in found.items()}
    text = f"{head} As of {as_of.isoformat()}; {len(next(iter(found.values())))} records. Every plan passed the same checks, whoever drafted it."
    sections = [
        _reached(found, planned),
        _omissions(planned, found),
        _blocked(planned),
        _statements(planned),
        _agreement(found),
        _cost(planned),
    ]
    return Page("Drafters compared", text, sections)


def _reached(found: Mapping[str, Mapping[str, Row]], planned: Mapping[str, Sequence[Row]]) -> Section:
    shares = {name: Share(sum(r["model"]["drafted"] for r in rows), len(rows)) for name, rows in planned.items() if name != "rules"}
    rows = [
        (name, str(len(found[name])), str(len(rows)), str(shares[name]) if name in shares else "all", _reasons(rows))
        for name, rows in planned.items()
    ]
    return Section(
        "Who drafted",
        (("drafter", "records", "plans", "drafted by it", "given up, and the rules' plan stands"), rows),
        "A draft that cannot be used costs a call and changes nothing.",
        _shares("Plans drafted by the model that was asked", shares),
    )


def _reasons(rows: Sequence[Row]) -> str:
    reasons = Counter(row["model"]["fell_back"] for row in rows if row["model"]["fell_back"])
    return "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common()) or "none"


def _omissions(planned: Mapping[str, Sequence[Row]], found: Mapping[str, Mapping[str, Row]]) -> Section:
    rows = []
    for name, plans in planned.items():
        missing, of = _missing(found, name)
        share = "" if name == "rules" or "rules" not in found else str(Share(missing, of))
        swapped = sum(row["model"]["preferred"] for row in plans)
        rows.append((name, _mean([row["open"] for row in plans]), share, str(swapped), _mean([row["waiting"] for row in plans]), _mean([row["questions"] for row in plans])))  # fmt: skip
    columns = ("drafter", "left open", "missing lines", "other options", "waiting", "questions")  # fmt: skip
    text = (
        "Left open: entries of the ledger that no line deals with. Missing: lines of the rules' plan that this one does not have; other options: those of them "
        "in whose place the model preferred another. Means of a plan, with 95 % intervals. A line that a model puts off stays, and waits for an answer."
    )
    return Section("Omissions", (columns, rows), text)


def _missing(found: Mapping[str, Mapping[str, Row]], name: str) -> tuple[int, int]:
    pairs = [(set(a["lines"]), set(b["lines"])) for a, b in _both(found, "rules", name)] if "rules" in found else []
    return sum(len(a - b) for a, b in pairs), sum(len(a) for a, _ in pairs)


def _both(found: Mapping[str, Mapping[str, Row]], one: str, other: str) -> Iterator[tuple[Row, Row]]:
    for key, row in found[one].items():
        if row["outcome"] == found[other][key]["outcome"] == "plan":
            yield row, found[other][key]


def _blocked(planned: Mapping[str, Sequence[Row]]) -> Section:
    rows = [
        (
            name,
            str(sum(row["model"]["barred"] for row in plans)),
            str(sum(row["model"]["restored"] for row in plans)),
            str(sum(row["model"]["outside"] for row in plans)),
            str(Share(sum(row["unsafe"] > 0 for row in plans), len(plans))),
        )
        for name, plans in planned.items()
    ]
    columns = ("drafter", "barred", "restored", "asked about", "unsafe plans")  # fmt: skip
    return Section("Unsafe proposals blocked", (columns, rows), _BLOCKED)


_BLOCKED = (
    "Barred: medicines that it preferred or proposed and that a check speaks against. Restored: safety lines that it left out. Asked about: medicines from "
    "outside of the draft that became a question. Unsafe: plans that start a contraindicated medicine; only these would a reviewer have met."
)


def _statements(planned: Mapping[str, Sequence[Row]]) -> Section:
    counts = {name: (_sum(plans, "sentences"), _sum(plans, "grounded")) for name, plans in planned.items()}
    shares = {name: Share(written - kept, written) for name, (written, kept) in counts.items() if written}
    rows = [(name, str(written), str(kept), str(shares[name]) if name in shares else "none written") for name, (written, kept) in counts.items()]  # fmt: skip
    return Section(
        "Unsupported statements",
        (("drafter", "sentences written", "kept", "unsupported, and struck"), rows),
        "A sentence is kept where every word, number, verb and denial of it is borne out by the line's own facts and findings.",
        _shares("Sentences that nothing bore out", shares),
    )


def _sum(rows: Sequence[Row], name: str) -> int:
    return sum(int(row["model"][name]) for row in rows)


def _agreement(found: Mapping[str, Mapping[str, Row]]) -> Section:
    rows, drawn = [], []
    for one, other in combinations(found, 2):
        pairs = list(_both(found, one, other))
        lines = [_overlap(a["lines"], b["lines"]) for a, b in pairs]
        changes = [_overlap(a["changes"], b["changes"]) for a, b in pairs]
        first = [a["lines"][:3] == b["lines"][:3] for a, b in pairs]
        rows.append((f"{one} and {other}", _mean(lines), _mean(changes), str(Share(sum(first), len(first)))))
        if changes:
            drawn.append((f"{one} and {other}"[:34], mean(changes), *mean_interval(changes)))
    columns = ("drafters", "the same lines", "the same changes of medicines", "the same three lines first")
    text = "Of the lines of either plan, those of both: 1 is the same plan. Means over patients, with 95 % intervals."
    return Section("Agreement", (columns, rows), text, intervals("The same changes of medicines, mean share of a plan", drawn))


def _overlap(a: Sequence[str], b: Sequence[str]) -> float:
    return len(set(a) & set(b)) / len(set(a) | set(b)) if a or b else 1.0


def _cost(planned: Mapping[str, Sequence[Row]]) -> Section:
    asked = {name: [row["model"] for row in plans if row["model"]["calls"]] for name, plans in planned.items()}
    rows = [
        (
            name,
            _mean([one["calls"] for one in told]),
            _mean([one["prompt_tokens"] for one in told]),
            _mean([one["answer_tokens"] for one in told]),
            _mean([one["milliseconds"] / 1000 for one in told]),
            f"{median(one['milliseconds'] for one in told) / 1000:.2f}" if told else "",
        )
        for name, told in asked.items()
    ]
    seconds = [(name, round(mean(one["milliseconds"] for one in told) / 1000, 2)) for name, told in asked.items() if told]
    columns = ("drafter", "calls", "tokens of the prompt", "tokens of the answer", "seconds of a draft", "median seconds")
    text = "Means of a draft for which a model was asked, with 95 % intervals; tokens as the server counts them."
    return Section("Tokens and time", (columns, rows), text, bars("Seconds of a draft, mean", seconds) if seconds else "")


def _mean(values: Sequence[float]) -> str:
    if not values:
        return ""
    low, high = mean_interval(values)
    return f"{mean(values):.2f} ({low:.2f} to {high:.2f})"


def _shares(title: str, shares: Mapping[str, Share]) -> str:
    drawn = [(name[:34], share.met / share.asked, *share.interval()) for name, share in shares.items() if share.asked]
    return intervals(title, drawn) if drawn else ""
