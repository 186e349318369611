"""What a course says of its arms: shares at goal, time to goal, events, burden and minutes.

Rows are counted one after the other (`scenarios.course.counted`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scenarios.course.arms import ARMS
from scenarios.course.counted import BURDEN, Counted, Mean
from scenarios.course.model import responses
from scenarios.page import Page, Section
from scenarios.pictures import bars, lines, trends
from scenarios.row import Row
from scenarios.shares import Share
from tools.terminology import terminology

_WORDS = (
    "The same synthetic patients three times: the program's plan at every visit with a simulated reviewer, a simple usual care that is "
    "declared as data, and no change. Levels move by published average effects. It tests how the program behaves when it plans again "
    "and again; it says nothing about medicine, and a difference between arms is a property of the declarations as much as of the program."
)


def page(found: Counted, manifest: Row) -> Page:
    """The report of a course."""
    head = (
        f"{found.followed} patients, {manifest['visits']} visits every {manifest['interval_days']} days from {manifest['as_of']}, course "
        f"{manifest['course']}, seed {manifest['seed']}, carewright {manifest['carewright']}. {_WORDS}"
    )
    interval = manifest["interval_days"]
    sections = [section for name in found.observables for section in (_at_goal(found, name, interval), _levels(found, name, interval))]
    sections += [
        _time_to_goal(found, interval),
        *(_watched(found, name, interval) for name in found.watched),
        _events(found, manifest),
        _burden(found, manifest),
        *_errors(found, manifest),
    ]
    return Page("Simulated course", head, sections)


def _marks(visits: int, interval: int) -> list[str]:
    return [f"day {visit * interval}" for visit in range(visits)]


def _at_goal(found: Counted, observable: str, interval: int) -> Section:
    one = found.observables[observable]
    shares = {arm: [Share(met, one.patients) for met in one.at_goal[arm]] for arm in ARMS}
    marks = _marks(len(one.at_goal["no change"]), interval)
    return Section(
        f"At goal: {_title(observable)}",
        (("arm", *marks), [(arm, *(str(share) for share in some)) for arm, some in shares.items()]),
        f"At the last visit {one.better} patients are at goal with the plans and not with usual care, {one.worse} the other way round.",
        lines(f"Share at goal: {_title(observable)}", marks, {arm: [share.value for share in some] for arm, some in shares.items()}),
    )


def _levels(found: Counted, observable: str, interval: int) -> Section:
    """Where the level lies in the mean, of those who have a goal for it."""
    one = found.observables[observable]
    return _means(
        "Level",
        observable,
        one.levels,
        interval,
        f"Mean of {one.patients} patients who have a goal for it; the level behind the measurements.",
    )


def _watched(found: Counted, observable: str, interval: int) -> Section:
    """Where a level lies in the mean, of everybody: what medicines do beside what they are for."""
    words = f"Mean of all {found.followed} patients, who have no goal for it: what medicines do beside what they are taken for."
    return _means("Watched", observable, found.watched[observable], interval, words)


def _means(what: str, observable: str, levels: Mapping[str, Sequence[Mean]], interval: int, words: str) -> Section:
    means = {arm: [level.value for level in levels[arm]] for arm in ARMS}
    marks = _marks(len(means["no change"]), interval)
    unit = next(moves.unit for moves in responses().moves if moves.observable == observable)
    return Section(
        f"{what}: {_title(observable)}, {unit}",
        (("arm", *marks), [(arm, *(f"{value:.4g}" for value in some)) for arm, some in means.items()]),
        words,
        trends(f"Mean level: {_title(observable)}", marks, means),
    )


def _title(observable: str) -> str:
    found = terminology().observable_named(observable)
    return found.title if found else observable


def _time_to_goal(found: Counted, interval: int) -> Section:
    table = []
    for observable, one in found.observables.items():
        for arm in ARMS:
            reached = one.reached[arm]
            median = f"{reached.quantile(0.5) * interval:g} days" if reached else "nobody"
            table.append((_title(observable), arm, str(Share(reached.total(), one.open[arm])), median))
    return Section("Time to goal, of those not at goal at first", (("observable", "arm", "reached it", "median of those"), table))


def _events(found: Counted, manifest: Row) -> Section:
    years = found.followed * (manifest["visits"] - 1) * manifest["interval_days"] / 365
    happened = {name for some in found.events.values() for name in some}
    names = sorted(happened | {one.name for one in responses().event})
    each = 100 / years if years else 0.0
    table = [(_event(name), *(f"{some[name]} ({each * some[name]:.1f})" for some in found.events.values())) for name in names]
    text = (
        f"Counts in {years:.0f} patient-years, and in brackets per 100 of them; levels beyond a limit count at each visit. Who begins more "
        "medicines has more of their harms; harms without a published rate are not counted (scenarios/responses). The picture leaves out what "
        "happened to nobody."
    )
    drawn = [name for name in names if name in happened]
    rates = [(f"{_event(name)}, {arm}", round(each * some[name], 1)) for name in drawn for arm, some in found.events.items()]
    return Section("Events", (("event", *ARMS), table), text, bars("Events per 100 patient-years", rates))


def _event(name: str) -> str:
    return name.replace("-", " ")


def _burden(found: Counted, manifest: Row) -> Section:
    table = [
        (label, *(f"{found.burden[arm][name].value:.2f}" if found.followed else "–" for arm in ARMS)) for name, label in BURDEN.items()
    ]
    table.append(("visits", *(str(manifest["visits"]) for _ in ARMS)))
    return Section(
        "Burden and work, a patient", (("a patient", *ARMS), table), "Means over all visits. Minutes are declared, not measured."
    )


def _errors(found: Counted, manifest: Row) -> list[Section]:
    if not found.errors:
        return []
    more = manifest["errors"] - len(found.errors)
    text = f"And {more} more; course.ndjson names them." if more else ""
    return [Section("Not followed", (("patient", "why"), found.errors), text)]
