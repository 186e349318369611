"""The report of a batch: what was planned, how often it interrupts, what was left open. One page of HTML, and Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median, quantiles
from typing import Any

import orjson

from agent.errors import RecordError
from scenarios.card import Share
from scenarios.differences import differences
from scenarios.page import Page, Section, write_page
from scenarios.pictures import bars, histogram, intervals

Row = dict[str, Any]
_MEASURES = ("interruptive", "issues", "suppressed", "questions", "medications", "uncertain", "not_checked")
_SLOWEST = 8
_LONGEST = 15


def write_report(folder: Path, before: Path | None = None) -> None:
    """Write `report.md` and `report.html` from the rows and the manifest of a folder.

    Args:
        before: the folder of an earlier batch, to be held against.

    Raises:
        RecordError: `before` holds no batch.
    """
    write_page(report_page(folder, before), folder / "report")


def report_page(folder: Path, before: Path | None = None) -> Page:
    """The report of the batch in a folder. Raises RecordError where there is none."""
    manifest, rows = batch(folder)
    head = (
        f"{manifest['patients']} patients as of {manifest['as_of']}, carewright {manifest['carewright']}, drafter {manifest['drafter']}, "
        f"knowledge {manifest['knowledge'][:19]}. It tests the behaviour of the program on these records, not medicine."
    )
    sections = [*sections_of(rows), *_slowest(folder)]
    if before is not None:
        sections += differences(batch(before), (manifest, rows))
    return Page("Batch report", head, sections)


def batch(folder: Path) -> tuple[Row, list[Row]]:
    """The manifest and the rows of a batch. Raises RecordError where the folder holds none."""
    try:
        manifest: Row = orjson.loads((folder / "manifest.json").read_bytes())
        return manifest, [orjson.loads(line) for line in (folder / "rows.ndjson").read_bytes().splitlines()]
    except (OSError, orjson.JSONDecodeError):
        raise RecordError(f"the folder {folder.name!r} holds no finished batch (manifest.json, rows.ndjson)") from None


def sections_of(rows: Sequence[Row]) -> list[Section]:
    """What the rows say."""
    planned = [row for row in rows if row["outcome"] == "plan"]
    found = [_bars("Outcomes", ("outcome", "patients"), Counter(row["outcome"] for row in rows))]
    if planned:
        found += [
            _numbers(planned),
            _alerts(planned),
            _bars("Lines, by action", ("action", "lines"), _summed(planned, "items")),
            _bars("Problems covered", ("module", "patients"), Counter(module for row in planned for module in row["modules"])),
            _bars("The ledger against omissions", ("status", "entries"), _summed(planned, "ledger")),
            _open(planned),
            _confidence(planned),
            _bars("Where plans go", ("route", "patients"), Counter(f"{row['route']}, {row['urgency']}" for row in planned)),
            *_drafts([row["model"] for row in planned if "model" in row]),
            *_groups(planned),
        ]
    errors = [(row["patient"], f"{row['error']}: {row['message']}") for row in rows if row["outcome"] == "error"]
    return found + ([Section("Not planned", (("patient", "why"), errors))] if errors else [])


def _bars(title: str, columns: tuple[str, str], counter: Counter[str], text: str = "") -> Section:
    pairs = sorted(counter.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return Section(
        title, (columns, [(str(n), str(c)) for n, c in pairs]), text, bars(title, [(str(n)[:34], c) for n, c in pairs[:_LONGEST]])
    )


def _summed(rows: Sequence[Row], name: str) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update(row.get(name) or {})
    return total


def _numbers(planned: Sequence[Row]) -> Section:
    table = [_spread(name.replace("_", " "), [row[name] for row in planned]) for name in _MEASURES]
    lines = [sum(row["items"].values()) for row in planned]
    table.insert(0, _spread("lines", lines))
    return Section(
        "A plan, in numbers",
        (("measure", "median", "mean", "nine in ten at most", "largest"), table),
        "The picture shows how many plans have so many lines.",
        histogram("Lines of a plan", lines),
    )


def _spread(name: str, values: Sequence[int]) -> tuple[str, ...]:
    ninth = quantiles(values, n=10, method="inclusive")[8] if len(values) > 1 else values[0]
    return name, f"{median(values):g}", f"{mean(values):.2f}", f"{ninth:g}", str(max(values))


def _alerts(planned: Sequence[Row]) -> Section:
    quiet = Share(sum(row["interruptive"] == 0 for row in planned), len(planned))
    return Section(
        "Interruptions",
        (("kind of issue", "interruptions"), [(name, str(count)) for name, count in _summed(planned, "alerts").most_common()]),
        f"Plans that interrupt nobody: {quiet}. The picture shows how many plans interrupt so often.",
        histogram("Interruptions of a plan", [row["interruptive"] for row in planned]),
    )


def _open(planned: Sequence[Row]) -> Section:
    words = "What the ledger names and no line of the plan deals with: deferred, refused or not covered, each with its reason in the plan."
    return _bars("Left open, by what it is about", ("concern", "plans' entries"), _summed(planned, "open"), words)


def _confidence(planned: Sequence[Row]) -> Section:
    interrupting = sum(row.get("interruptive_unsure", 0) for row in planned)
    words = f"By the least sure of the evidence that a line rests on. Interruptions that rest on unsure knowledge: {interrupting} (none is allowed)."
    return _bars("How sure the knowledge behind the lines is", ("confidence", "lines"), _summed(planned, "confidence"), words)


def _drafts(told: Sequence[Row]) -> list[Section]:
    """What the drafts of a model cost, and why some were given up."""
    if not told:
        return []
    names = ("calls", "prompt_tokens", "answer_tokens", "milliseconds", "sentences", "grounded", "preferred", "barred", "outside")
    table = [_spread(name.replace("_", " "), [one[name] for one in told]) for name in names]
    reasons = Counter(one["fell_back"] for one in told if one["fell_back"])
    why = "; ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
    text = f"Drafted by the model: {Share(sum(one['drafted'] for one in told), len(told))}. " + (f"Given up: {why}." if why else "")
    return [Section("Drafts by a model", (("measure", "median", "mean", "nine in ten at most", "largest"), table), text)]


def group_of(row: Row) -> str:
    """Sex and age band."""
    age = "age unknown" if row["age"] is None else "0–17" if row["age"] < 18 else "18–64" if row["age"] < 65 else "65 and over"
    return f"{row['sex'] or 'sex unknown'}, {age}"


def _groups(planned: Sequence[Row]) -> list[Section]:
    groups: dict[str, list[Row]] = {}
    for row in planned:
        groups.setdefault(group_of(row), []).append(row)
    ordered = sorted(groups.items())
    shares = [(name, Share(sum(row["interruptive"] > 0 for row in some), len(some))) for name, some in ordered]
    table = [
        (name, str(len(some)), f"{mean(sum(row['items'].values()) for row in some):.1f}", str(share))
        for (name, some), (_, share) in zip(ordered, shares, strict=True)
    ]
    picture = intervals(
        "Plans that interrupt at least once, by sex and age", [(name, share.value, *share.interval()) for name, share in shares]
    )
    words = "Shares of plans that interrupt at least once, with 95 % intervals (Wilson)."
    return [Section("By sex and age", (("group", "patients", "lines a patient", "plans that interrupt"), table), words, picture)]


def _slowest(folder: Path) -> list[Section]:
    path = folder / "timings.ndjson"
    if not path.exists():
        return []
    timed = [row for line in path.read_bytes().splitlines() if (row := orjson.loads(line))["seconds"] is not None]
    if not timed:
        return []
    milliseconds = [1000 * row["seconds"] for row in timed]
    slow = sorted(timed, key=lambda row: (-row["seconds"], row["patient"]))[:_SLOWEST]
    text = f"Median {median(milliseconds):.0f} ms a patient on this machine and at that time; the others stand in timings.ndjson."
    table = [(row["patient"], f"{1000 * row['seconds']:.0f} ms") for row in slow]
    return [Section("Slowest patients", (("patient", "time"), table), text, histogram("Milliseconds a patient", milliseconds))]
