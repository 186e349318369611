"""Pregnancy and lactation: from status observations, delivery dates and diagnoses; the newest statement that still holds.

A statement holds only so long (`special.toml`): a pregnancy recorded two years ago says nothing about today. A miscarriage or a delivery
after the newest statement of a pregnancy ends it. Without a statement the answer is `unknown`, for a male patient `none`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from agent.fhir import concepts
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.reading import UNREAD, USED, Outcome, PregnancyStatement, Reading, aside
from agent.fhir.times import day, plus
from tools.clinical.facts import Pregnancy, Problem

_KNOWN = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["pregnancy"]
_DELIVERY = frozenset(_KNOWN["delivery_dates"])
CODES = _DELIVERY | frozenset(_KNOWN["questions"])
_ANSWERS: dict[str, Pregnancy] = _KNOWN["answers"]
_KINDS: dict[str, Pregnancy] = _KNOWN["kinds"]
_HOLDS: dict[str, int] = _KNOWN["holds_for_days"]
_LOSSES: dict[str, Pregnancy] = _KNOWN["ended_by"]["problems"]
_BIRTHS: dict[str, Pregnancy] = _KNOWN["ended_by"]["procedures"]
_HISTORY = "personal-history"


def read(what: Concept, part: r4.Observation | el.ObservationComponent, reference: str, when: date | None, reading: Reading) -> Outcome:
    """A pregnancy or lactation status, or an expected date of delivery."""
    if what.among(_DELIVERY):
        return _delivery(part, reference, when, reading)
    answer = concepts.concept.of(part.value_codeable_concept)
    says = next((_ANSWERS[coding.code] for coding in answer.codes if coding.code in _ANSWERS), None)
    if says is None:
        if answer:
            reading.issue(reference, "unrecognized", "the answer to the pregnancy or breastfeeding status is not known")
        return aside("pregnancy or breastfeeding status without an answer that is known")
    return UNREAD if says == "unknown" else _state(says, reference, when, reading)


def _state(says: Pregnancy, reference: str, when: date | None, reading: Reading) -> Outcome:
    if when is None:
        return aside("a pregnancy or breastfeeding status without a date")
    until = plus(when, _HOLDS[says]) if says in _HOLDS else None
    reading.pregnancies.append(PregnancyStatement(says, when, until, reference))
    return USED


def _delivery(part: r4.Observation | el.ObservationComponent, reference: str, when: date | None, reading: Reading) -> Outcome:
    expected = day(part.value_date_time) if isinstance(part, r4.Observation) else None
    if expected is None:
        return UNREAD
    began = plus(expected, -_KNOWN["term_days"])
    if began > reading.as_of:
        return aside("an expected date of delivery that lies more than a pregnancy away")
    said = max(when or began, began)
    reading.pregnancies.append(PregnancyStatement("pregnant", said, plus(expected, _KNOWN["overdue_days"]), reference))
    return USED


def note_loss(problem: Problem, when: date | None, reading: Reading) -> None:
    """Remember a problem that ends a pregnancy, on the day on which it is said to have happened; the day of its entry says nothing of that."""
    if when is not None and problem.verified and _HISTORY not in problem.kinds:
        reading.endings += [
            PregnancyStatement(_LOSSES[k], when, _until(_LOSSES[k], when), problem.reference) for k in problem.kinds if k in _LOSSES
        ]


def settle(reading: Reading, problems: Iterable[Problem], sex: Literal["female", "male"] | None) -> tuple[Pregnancy, tuple[Problem, ...]]:
    """The state at `as_of`, and the problems with those pregnancies closed that cannot last any more."""
    kept = tuple(_closed(problem, reading) for problem in problems)
    statements = [*reading.pregnancies, *(s for problem in kept for s in _stated(problem))]
    if sex == "male":
        recorded = next((s.reference for s in statements if s.says == "pregnant"), None)
        if recorded is not None:
            reading.issue(recorded, "contradiction", "a pregnancy is recorded, and the sex is male")
        return "none", kept
    end = _end(statements, reading)
    if end is None:
        return _newest(statements, reading.as_of), kept
    others = [s for s in statements if s.says != "pregnant"]
    return _newest([*others, end], reading.as_of), tuple(_over(problem, end, reading) for problem in kept)


def _end(statements: Iterable[PregnancyStatement], reading: Reading) -> PregnancyStatement | None:
    """The newest loss or birth, where it came after every dated statement of a pregnancy, and there is one."""
    pregnant = max((s.when for s in statements if s.says == "pregnant" and s.when is not None), default=None)
    if pregnant is None:
        return None
    later = [s for s in (*reading.endings, *_births(reading)) if s.when is not None and s.when > pregnant]
    return max(later, key=lambda s: s.when or date.min, default=None)


def _births(reading: Reading) -> list[PregnancyStatement]:
    return [
        PregnancyStatement(_BIRTHS[kind], event.when, _until(_BIRTHS[kind], event.when), event.reference)
        for event in reading.events
        for kind in event.kinds.intersection(_BIRTHS)
        if event.kind == "procedure" and event.status in {"completed", ""}
    ]


def _over(problem: Problem, end: PregnancyStatement, reading: Reading) -> Problem:
    """A pregnancy that ended is active no more; what came of it and lasts (a high pressure) stays, but is no pregnancy."""
    states = {kind for kind in problem.kinds if _KINDS.get(kind) == "pregnant"}
    if not states or not problem.active or problem.began is None:
        return problem
    reading.issue(problem.reference, "stale", f"{end.reference} of {end.when} ended the pregnancy; it is not counted as one any more")
    left = problem.kinds - states
    return replace(problem, kinds=left) if left else replace(problem, active=False)


def _newest(statements: list[PregnancyStatement], as_of: date) -> Pregnancy:
    """Pregnancy and lactation each by their newest statement; of the two the newer, where a state of pregnancy is no more than `none`."""
    pregnant = _latest([s for s in statements if s.says != "lactating"], as_of)
    lactating = _latest([s for s in statements if s.says == "lactating"], as_of)
    if lactating is not None and (
        pregnant is None or pregnant.says in {"none", "unknown"} or (lactating.when or date.min) > (pregnant.when or date.min)
    ):
        return "lactating"
    if pregnant is not None:
        return pregnant.says
    return "possible" if any(s.says == "pregnant" and s.when is None for s in statements) else "unknown"


def _latest(statements: list[PregnancyStatement], as_of: date) -> PregnancyStatement | None:
    """The newest dated statement, if it still holds."""
    dated = [s for s in statements if s.when is not None]
    newest = max(dated, key=lambda s: (s.when or date.min, s.says == "pregnant"), default=None)
    return None if newest is None or (newest.until is not None and newest.until < as_of) else newest


def _stated(problem: Problem) -> list[PregnancyStatement]:
    states = [state for kind, state in _KINDS.items() if kind in problem.kinds and problem.active]
    return [PregnancyStatement(s, problem.onset, _until(s, problem.onset), problem.reference) for s in states]


def _until(state: Pregnancy, onset: date | None) -> date | None:
    return plus(onset, _HOLDS[state]) if onset is not None and state in _HOLDS else None


def _closed(problem: Problem, reading: Reading) -> Problem:
    expired = [s for s in _stated(problem) if s.until is not None and s.until < reading.as_of]
    if not expired:
        return problem
    reading.issue(
        problem.reference, "stale", f"recorded on {problem.onset} and never closed; it cannot last that long and is not counted as active"
    )
    return replace(problem, active=False)
