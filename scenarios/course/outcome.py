"""What a course says of its arms: shares at goal, time to goal, events, burden and minutes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import mean, median

from scenarios.card import Share
from scenarios.course.arms import ARMS
from scenarios.course.model import responses
from scenarios.page import Page, Section
from scenarios.pictures import bars, lines, trends
from scenarios.row import Row
from tools.terminology import terminology

_WORDS = (
    "The same synthetic patients three times: the program's plan at every visit with a simulated reviewer, a simple usual care that is "
    "declared as data, and no change. Levels move by published average effects. It tests how the program behaves when it plans again "
    "and again; it says nothing about medicine, and a difference between arms is a property of the declarations as much as of the program."
)


def page(rows: Sequence[Row], manifest: Row) -> Page:
    """The report of a course."""
    followed = [row["arms"] for row in rows if row["outcome"] == "course"]
    head = (
        f"{len(followed)} patients, {manifest['visits']} visits every {manifest['interval_days']} days from {manifest['as_of']}, course "
        f"{manifest['course']}, seed {manifest['seed']}, carewright {manifest['carewright']}. {_WORDS}"
    )
    observables = list(dict.fromkeys(name for arms in followed for name in next(iter(arms.values()))["at_goal"]))
    interval = manifest["interval_days"]
    sections = [section for name in observables for section in (_at_goal(followed, name, interval), _levels(followed, name, interval))]
    sections += [_time_to_goal(followed, observables, interval), _events(followed, manifest), _burden(followed, manifest)]
    errors = [(row["patient"], f"{row['error']}: {row['message']}") for row in rows if row["outcome"] == "error"]
    return Page("Simulated course", head, sections + ([Section("Not followed", (("patient", "why"), errors))] if errors else []))


def _at_goal(followed: Sequence[Row], observable: str, interval: int) -> Section:
    series = {arm: [one[arm]["at_goal"][observable] for one in followed if observable in one[arm]["at_goal"]] for arm in ARMS}
    visits = range(len(next(iter(series.values()))[0]))
    shares = {arm: [Share(sum(one[visit] for one in some), len(some)) for visit in visits] for arm, some in series.items()}
    marks = [f"day {visit * interval}" for visit in visits]
    pairs = list(zip(series["plans as drafted"], series["usual care"], strict=True))
    better, worse = sum(a[-1] and not b[-1] for a, b in pairs), sum(b[-1] and not a[-1] for a, b in pairs)
    return Section(
        f"At goal: {_title(observable)}",
        (("arm", *marks), [(arm, *(str(share) for share in some)) for arm, some in shares.items()]),
        f"At the last visit {better} patients are at goal with the plans and not with usual care, {worse} the other way round.",
        lines(f"Share at goal: {_title(observable)}", marks, {arm: [share.value for share in some] for arm, some in shares.items()}),
    )


def _levels(followed: Sequence[Row], observable: str, interval: int) -> Section:
    """Where the level lies in the mean, of those who have a goal for it."""
    known = [{arm: one[arm]["levels"][observable] for arm in ARMS} for one in followed if observable in one["no change"]["levels"]]
    marks = [f"day {visit * interval}" for visit in range(len(known[0]["no change"]))]
    means = {arm: [mean(column) for column in zip(*(one[arm] for one in known), strict=True)] for arm in ARMS}
    unit = next(one.unit for one in responses().moves if one.observable == observable)
    return Section(
        f"Level: {_title(observable)}, {unit}",
        (("arm", *marks), [(arm, *(f"{value:.4g}" for value in some)) for arm, some in means.items()]),
        f"Mean of {len(known)} patients who have a goal for it; the level behind the measurements.",
        trends(f"Mean level: {_title(observable)}", marks, means),
    )


def _title(observable: str) -> str:
    found = terminology().observable_named(observable)
    return found.title if found else observable


def _time_to_goal(followed: Sequence[Row], observables: Sequence[str], interval: int) -> Section:
    table = []
    for observable in observables:
        for arm in ARMS:
            open_ = [one[arm]["at_goal"][observable] for one in followed if observable in one[arm]["at_goal"]]
            open_ = [some for some in open_ if not some[0]]
            days = [some.index(True) * interval for some in open_ if True in some]
            reached = Share(len(days), len(open_))
            table.append((_title(observable), arm, str(reached), f"{median(days):g} days" if days else "nobody"))
    return Section("Time to goal, of those not at goal at first", (("observable", "arm", "reached it", "median of those"), table))


def _events(followed: Sequence[Row], manifest: Row) -> Section:
    years = len(followed) * (manifest["visits"] - 1) * manifest["interval_days"] / 365
    counted: dict[str, Counter[str]] = {arm: Counter() for arm in ARMS}
    for one in followed:
        for arm in ARMS:
            counted[arm].update(one[arm]["events"])
    names = sorted({name for some in counted.values() for name in some})
    table = [(name, *(f"{some[name]} ({100 * some[name] / years:.1f})" for some in counted.values())) for name in names]
    text = f"Counts in {years:.0f} patient-years, and in brackets per 100 of them. Levels beyond a limit count at each visit."
    rates = [(f"{name}, {arm}", round(100 * some[name] / years, 1)) for name in names for arm, some in counted.items()]
    return Section("Events", (("event", *ARMS), table), text, bars("Events per 100 patient-years", rates))


def _burden(followed: Sequence[Row], manifest: Row) -> Section:
    names = ("medicines", "tests", "minutes", "signed", "rejected", "waiting", "missed")
    labels = (
        "medicines at the end",
        "laboratory tests",
        "minutes",
        "lines signed",
        "rejected",
        "waiting for an answer",
        "signed though warned",
    )
    table = [
        (label, *(f"{mean(one[arm][name] for one in followed):.2f}" if followed else "–" for arm in ARMS))
        for name, label in zip(names, labels, strict=True)
    ]
    table.append(("visits", *(str(manifest["visits"]) for _ in ARMS)))
    return Section(
        "Burden and work, a patient", (("a patient", *ARMS), table), "Means over all visits. Minutes are declared, not measured."
    )
