"""The report of a batch: what was planned, how often it interrupts, what was left open. One page of HTML, and Markdown.

It opens with what somebody needs who answers for the program: how many plans there are, how many interrupt, what is left open, who is
treated otherwise than the others. Rows are read one after the other (`scenarios.summary`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from pathlib import Path

import orjson

from agent.errors import RecordError
from agent.faces.words import ISSUE_WORDS
from scenarios.differences import differences
from scenarios.page import Page, Section, write_page
from scenarios.pictures import bars, histogram
from scenarios.row import Row, read_rows
from scenarios.shares import Share, drawn
from scenarios.summary import DRAFTED, ERRORS, MEASURES, Drafts, Group, Spread, Summary, summary

_SLOWEST = 8
_LONGEST = 15
_SMALLEST_GROUP = 5
_SPREAD = ("measure", "median", "mean", "nine in ten at most", "largest")


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
    manifest = manifest_of(folder)
    head = (
        f"{manifest['patients']} patients as of {manifest['as_of']}, carewright {manifest['carewright']}, drafter {manifest['drafter']}, "
        f"knowledge {manifest['knowledge'][:19]}. It tests the behaviour of the program on these records, not medicine."
    )
    sections = [*sections_of(summary(rows_in(folder))), *_slowest(folder)]
    if before is not None:
        sections[1:1] = _since(before, folder)
    return Page("Batch report", head, sections)


def _since(before: Path, folder: Path) -> list[Section]:
    old, new = ((manifest_of(one), one / "rows.ndjson") for one in (before, folder))
    try:
        return differences(old, new)
    except (OSError, ValueError, KeyError):
        raise RecordError(_NOTHING.format(before.name)) from None


def finished_rows(folder: Path) -> Iterator[Row]:
    """The rows of a batch that has its manifest, one after the other. Raises RecordError where the folder holds none."""
    manifest_of(folder)
    yield from rows_in(folder)


def manifest_of(folder: Path) -> Row:
    """The manifest of a batch. Raises RecordError where the folder holds none."""
    try:
        found: Row = orjson.loads((folder / "manifest.json").read_bytes())
    except (OSError, orjson.JSONDecodeError):
        raise RecordError(_NOTHING.format(folder.name)) from None
    return found


def rows_in(folder: Path) -> Iterator[Row]:
    """The rows of a batch, one after the other. Raises RecordError where the folder holds none."""
    try:
        yield from read_rows(folder / "rows.ndjson")
    except (OSError, orjson.JSONDecodeError):
        raise RecordError(_NOTHING.format(folder.name)) from None


_NOTHING = "the folder {!r} holds no finished batch (manifest.json, rows.ndjson)"


def sections_of(found: Summary) -> list[Section]:
    """What the rows say."""
    sections = [_first(found)]
    if found.plans:
        sections += [
            _alerts(found),
            _numbers(found),
            _groups(found),
            _problems(found),
            _open(found),
            _confidence(found),
            _bars("Lines, by action", ("action", "lines"), found.counters["items"]),
            _bars("The ledger against omissions", ("status", "entries"), found.counters["ledger"]),
            _bars("Where plans go", ("route", "patients"), found.routes),
            *_drafts(found.drafts),
        ]
    return sections + _errors(found)


def _first(found: Summary) -> Section:
    """What whoever reads nothing else should have read."""
    total = found.outcomes.total()
    outcomes = [(name, str(Share(count, total))) for name, count in sorted(found.outcomes.items(), key=lambda pair: (-pair[1], pair[0]))]
    text = ""
    if found.plans:
        quiet = found.spreads["interruptive"][0]
        left = sum(group.open for group in found.groups.values())
        text = (
            f"A plan has {found.spreads['lines'].mean():.1f} lines in the mean. {Share(found.plans - quiet, found.plans)} of the plans interrupt at "
            f"least once, {100 * found.spreads['interruptive'].mean():.0f} interruptions in a hundred plans. {Share(left, found.plans)} leave "
            f"something open that the record speaks of. Interruptions that rest on unsure knowledge: {found.interruptive_unsure} (none is allowed)."
        )
    return Section("In short", (("outcome", "patients"), outcomes), text, bars("Outcomes", [(n, found.outcomes[n]) for n, _ in outcomes]))


def _bars(title: str, columns: tuple[str, str], counter: Counter[str], text: str = "") -> Section:
    pairs = sorted(counter.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return Section(title, (columns, [(str(n), str(c)) for n, c in pairs]), text, bars(title, pairs[:_LONGEST]))


def _numbers(found: Summary) -> Section:
    return Section(
        "A plan, in numbers",
        (_SPREAD, [_spread(name.replace("_", " "), found.spreads[name]) for name in ("lines", *MEASURES)]),
        "The picture shows how many plans have so many lines. Interruptive: issues that interrupt. Suppressed: issues that were found and are kept "
        "out of sight. Uncertain: medicines of which the record does not say whether they are still taken. Not checked: what could not be looked at.",
        histogram("Lines of a plan", found.spreads["lines"]),
    )


def _spread(name: str, values: Spread) -> tuple[str, ...]:
    return name, f"{values.quantile(0.5):g}", f"{values.mean():.2f}", f"{values.quantile(0.9):g}", f"{values.most():g}"


def _alerts(found: Summary) -> Section:
    return Section(
        "Interruptions",
        (("kind of issue", "interruptions"), [(_kind(code), str(count)) for code, count in found.counters["alerts"].most_common()]),
        f"Plans that interrupt nobody: {Share(found.spreads['interruptive'][0], found.plans)}. Issues found and kept out of sight, in the mean: "
        f"{found.spreads['suppressed'].mean():.2f} a plan. The picture shows how many plans interrupt so often.",
        histogram("Interruptions of a plan", found.spreads["interruptive"]),
    )


def _kind(code: str) -> str:
    """A kind of issue in words, with its code."""
    words = next((words for known, words in ISSUE_WORDS.items() if known == code), "")
    return f"{words} ({code})" if words else code


def _problems(found: Summary) -> Section:
    """Omissions by condition: what the plans of whoever has it leave open."""
    ordered = sorted(found.problems.items(), key=lambda pair: (-pair[1].patients, pair[0]))
    table = [
        (name, str(one.patients), f"{one.lines / one.patients:.1f}", str(one.share("interrupted")), str(one.share("open")))
        for name, one in ordered
    ]
    drawn = [(name, one) for name, one in ordered if one.patients >= _SMALLEST_GROUP][:_LONGEST]
    words = (
        "Of the plans of whoever has the condition: the share that leaves something open that the record speaks of, of this condition or of "
        f"another, with 95 % intervals (Wilson). Conditions of fewer than {_SMALLEST_GROUP} plans are not drawn."
    )
    columns = ("condition", "patients", "lines a patient", "plans that interrupt", "plans that leave something open")
    return Section(
        "Conditions covered, and what is left open", (columns, table), words, _shares("Plans that leave something open", drawn, "open")
    )


def _shares(title: str, groups: Iterable[tuple[str, Group]], of: str) -> str:
    return drawn(title, [(name, one.share(of)) for name, one in groups])


def _open(found: Summary) -> Section:
    words = "What the ledger names and no line of the plan deals with: deferred, refused or not covered, each with its reason in the plan."
    return _bars("Left open, by what it is about", ("concern", "entries"), found.counters["open"], words)


def _confidence(found: Summary) -> Section:
    words = (
        "By the least sure of the evidence that a line rests on. Whether unsure lines are wrong more often than sure ones is told where the "
        f"right answer is known: by the card. Interruptions that rest on unsure knowledge: {found.interruptive_unsure} (none is allowed)."
    )
    return _bars("How sure the knowledge behind the lines is", ("confidence", "lines"), found.counters["confidence"], words)


def _drafts(told: Drafts) -> list[Section]:
    """What the drafts of a model cost, and why some were given up."""
    if not told.asked:
        return []
    table = [_spread(name.replace("_", " "), told.spreads[name]) for name in DRAFTED]
    why = "; ".join(f"{reason} ({count})" for reason, count in told.given_up.most_common())
    text = f"Drafted by the model: {Share(told.drafted, told.asked)}. " + (f"Given up: {why}." if why else "")
    return [Section("Drafts by a model", (_SPREAD, table), text)]


def _groups(found: Summary) -> Section:
    ordered = sorted(found.groups.items())
    columns = ("group", "patients", "lines a patient", "plans that interrupt", "plans that ask", "plans that leave something open")
    table = [
        (name, str(one.patients), f"{one.lines / one.patients:.1f}", *(str(one.share(of)) for of in ("interrupted", "asked", "open")))
        for name, one in ordered
    ]
    picture = _shares("Plans that interrupt at least once, by sex and age", ordered, "interrupted")
    picture += _shares("Plans that leave something open, by sex and age", ordered, "open")
    words = (
        "Shares with 95 % intervals (Wilson). Groups differ in what they have; a difference asks for a look, and is no finding by itself."
    )
    return Section("By sex and age", (columns, table), words, picture)


def _errors(found: Summary) -> list[Section]:
    if not found.errors:
        return []
    more = found.outcomes["error"] - ERRORS
    text = f"And {more} more; rows.ndjson names them." if more > 0 else ""
    return [Section("Not planned", (("patient", "why"), found.errors), text)]


def _slowest(folder: Path) -> list[Section]:
    path = folder / "timings.ndjson"
    if not path.exists():
        return []
    spread, slow = Spread(), list[tuple[float, str]]()
    for row in read_rows(path):
        if row["seconds"] is not None:
            spread[round(1000 * row["seconds"])] += 1
            slow = nsmallest(_SLOWEST, [*slow, (-row["seconds"], row["patient"])])
    if not spread:
        return []
    text = f"Median {spread.quantile(0.5):.0f} ms a patient on this machine and at that time; the others stand in timings.ndjson."
    table = [(patient, f"{-1000 * seconds:.0f} ms") for seconds, patient in slow]
    return [Section("Slowest patients", (("patient", "time"), table), text, histogram("Milliseconds a patient", spread))]
