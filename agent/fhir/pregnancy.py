"""Pregnancy and lactation: from status observations, delivery dates and diagnoses; the newest statement that still holds.

A statement holds only so long (`special.toml`): a pregnancy recorded two years ago says nothing about today. Without a
statement the answer is `unknown`, for a male patient `none`.
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


def settle(reading: Reading, problems: Iterable[Problem], sex: Literal["female", "male"] | None) -> tuple[Pregnancy, tuple[Problem, ...]]:
    """The state at `as_of`, and the problems with those pregnancies closed that cannot last any more."""
    kept = tuple(_closed(problem, reading) for problem in problems)
    statements = [*reading.pregnancies, *(s for problem in kept for s in _stated(problem))]
    if sex == "male":
        recorded = next((s.reference for s in statements if s.says == "pregnant"), None)
        if recorded is not None:
            reading.issue(recorded, "contradiction", "a pregnancy is recorded, and the sex is male")
        return "none", kept
    return _newest(statements, reading.as_of), kept


def _newest(statements: list[PregnancyStatement], as_of: date) -> Pregnancy:
    """Pregnancy and lactation each by their newest statement; of the two the newer, where a state of pregnancy is no more than `none`."""
    pregnant = _latest([s for s in statements if s.says != "lactating"], as_of)
    lactating = _latest([s for s in statements if s.says == "lactating"], as_of)
    if lactating is not None and (
        pregnant is None or pregnant.says == "none" or (lactating.when or date.min) > (pregnant.when or date.min)
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
