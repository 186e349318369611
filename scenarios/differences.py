"""A batch held against an earlier one: what changed in the plans of the same patients."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import mean

from scenarios.page import Section
from scenarios.row import Row

Batch = tuple[Row, Sequence[Row]]
_MEASURES: dict[str, Callable[[Row], float]] = {
    "lines": lambda row: sum(row["items"].values()),
    "interruptive": lambda row: row["interruptive"],
    "issues": lambda row: row["issues"],
    "questions": lambda row: row["questions"],
    "open in the ledger": lambda row: sum(count for status, count in row["ledger"].items() if status != "addressed"),
}


def differences(before: Batch, after: Batch) -> list[Section]:
    """The same patients (by the content of their records) before and after; those that only one batch has are counted."""
    old = {row["key"]: row for row in before[1]}
    new = {row["key"]: row for row in after[1]}
    both = [(old[key], new[key]) for key in new if key in old]
    planned = [(a, b) for a, b in both if a["outcome"] == b["outcome"] == "plan"]
    text = (
        f"Against carewright {before[0]['carewright']}, knowledge {before[0]['knowledge'][:19]}, as of {before[0]['as_of']}. "
        f"{len(both)} patients are in both, {len(new) - len(both)} only here, {len(old) - len(both)} only there. "
        f"Outcome changed: {sum(a['outcome'] != b['outcome'] for a, b in both)}. "
        f"Plans with another digest: {sum(a['digest'] != b['digest'] for a, b in planned)} of {len(planned)}."
    )
    found = [Section("Differences to the batch before", _means(planned) if planned else None, text)]
    if planned:
        found.append(Section("Lines by action, before and after", _actions(planned)))
        found.append(Section("Plans that changed most", _most(planned)))
    return found


def _means(planned: Sequence[tuple[Row, Row]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    rows = []
    for name, measure in _MEASURES.items():
        pairs = [(measure(a), measure(b)) for a, b in planned]
        before, after = (mean(one) for one in zip(*pairs, strict=True)) if pairs else (0.0, 0.0)
        more, fewer = sum(b > a for a, b in pairs), sum(b < a for a, b in pairs)
        rows.append((name, f"{before:.2f}", f"{after:.2f}", str(more), str(fewer)))
    return ("measure", "mean before", "mean now", "patients with more", "with fewer"), rows


def _actions(planned: Sequence[tuple[Row, Row]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    counts: tuple[Counter[str], Counter[str]] = Counter(), Counter()
    for pair in planned:
        for counter, row in zip(counts, pair, strict=True):
            counter.update(row["items"])
    return ("action", "before", "now"), [(name, str(counts[0][name]), str(counts[1][name])) for name in sorted(counts[0] | counts[1])]


def _most(planned: Sequence[tuple[Row, Row]]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    def change(pair: tuple[Row, Row]) -> float:
        return sum(abs(measure(pair[1]) - measure(pair[0])) for measure in _MEASURES.values())

    changed = sorted((pair for pair in planned if change(pair)), key=lambda pair: (-change(pair), pair[1]["patient"]))[:10]
    rows = [(b["patient"], *(f"{measure(a):g} → {measure(b):g}" for measure in _MEASURES.values())) for a, b in changed]
    return ("patient", *_MEASURES), rows
