"""Observations: values in the observable's canonical unit, coded answers, pregnancy and genes.

| field | value | read as |
|---|---|---|
| `status` | final, amended, corrected | used |
| | preliminary, unknown, missing, not of R4 | used, with an issue |
| | registered, cancelled, entered-in-error | set aside |
| `dataAbsentReason` | any, without a value | set aside |
| | any, with a value | set aside, with an issue: the two exclude each other (obs-6) |
| date | none | set aside: a value without a date is no fact |
| `valueQuantity` | unit not known, or of another dimension | an issue of kind `unit`; never guessed |
| | a bound (`<`, `>`) | an issue; a bound is no value |
| | outside of what can be | an issue of kind `implausible` |
| code | a hospice question answered with yes; an assessment made in palliative care | an event of that kind |
| | a diagnosis or symptom of ICD-10-CM, without a value or with yes | an event of kind `finding` |
| `valueCodeableConcept` | of a habit (`current smoker`) | the newest answer to that question, as a problem |
| | of anything else | nothing: it may be of a relative, or a suspicion |
| `component` | | each like an observation of its own |

What has a code that no observable is known for is read and nothing is made of it.
"""

from __future__ import annotations

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from msgspec import Raw, Struct

from agent.fhir import concepts, genomics, modifiers, pregnancy, states, terms
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.elements import NOTHING
from agent.fhir.reading import ERROR, UNREAD, USED, Outcome, Reading, aside
from agent.fhir.times import day
from tools.clinical.facts import Measurement, Problem
from tools.clinical.quantity import Quantity, countable
from tools.terminology import Observable

_HABITS = frozenset(tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["answers"]["questions"])
_FINAL = frozenset({"final", "amended", "corrected"})
_IN_NUMBERS = frozenset({"vital", "laboratory", "function", "imaging"})
_NO_PERIOD = el.Period()
_NO_VALUE = frozenset({"registered", "cancelled"})


def read_observation(found: r4.Observation, reference: str, reading: Reading) -> Outcome:
    """One observation with its components."""
    if found.status not in _FINAL and (refused := _without_result(found.status)) is not None:
        return refused
    question = _questions.of(found.code)
    seen = states.read(found, question.state, reference, reading) if question.state is not None else UNREAD
    if question.state is not None and found.value_quantity is None:
        return seen
    period = found.effective_period or _NO_PERIOD
    when = found.effective_date_time or found.effective_instant or period.end or period.start
    later = reading.later(when, found.issued)
    if later is not None:
        return later
    measured = day(when) or day(found.issued)
    outcome = _better(seen, _read_part(question, found, found, reference, measured, reading))
    for part in modifiers.plain(found.component, "a component", reference, reading) if found.component else ():
        outcome = _better(outcome, _read_part(_questions.of(part.code), part, found, reference, measured, reading))
    if outcome is USED and found.status not in _FINAL:
        status = found.status if found.status in ("preliminary", "unknown") else "missing or not of FHIR R4"
        reading.issue(reference, "status", f"the status is {status}; the value is used all the same")
    return outcome


def _without_result(status: str | None) -> Outcome | None:
    if status == "entered-in-error":
        return ERROR
    return aside(f"status {status}: there is no result") if status in _NO_VALUE else None


_RANKS = {"unread": 0, "aside": 1, "used": 2}


def _better(one: Outcome, other: Outcome) -> Outcome:
    """Of a whole and its parts, what was made the most of."""
    return other if _RANKS[other.kind] > _RANKS[one.kind] else one


Part = r4.Observation | el.ObservationComponent


class _Question(Struct, frozen=True):
    """What an observation's code asks for, and the state of the patient that it may show."""

    what: Concept
    about: Literal["pregnancy", "gene", "habit", "value"]
    known: Observable | None
    state: states.Shown | None


def _understand(raw: bytes) -> _Question:
    what = concepts.concept[raw]
    state = states.shown(what)
    if what.among(pregnancy.CODES):
        return _Question(what, "pregnancy", None, state)
    if what.among(genomics.CODES):
        return _Question(what, "gene", None, state)
    return _Question(what, "habit" if what.among(_HABITS) else "value", terms.observable(what), state)


_questions: concepts.Memo[_Question] = concepts.Memo(_understand)


def _read_part(question: _Question, part: Part, whole: r4.Observation, reference: str, when: date | None, reading: Reading) -> Outcome:
    if question.about == "pregnancy":
        return pregnancy.read(question.what, part, reference, when, reading)
    if question.about == "gene":
        return genomics.read(question.what, whole, part, reference, when, reading)
    if question.about == "habit" and part.value_codeable_concept is not NOTHING:
        return _read_answer(question.what, part.value_codeable_concept, reference, when, reading)
    known = question.known
    if known is None:
        return UNREAD
    quantity = _quantity(part)
    if quantity is None:
        return _without_value(known, part)
    if part.data_absent_reason is not NOTHING and concepts.concept.of(part.data_absent_reason):
        both = "a value, and the reason why there is none (dataAbsentReason)"
        reading.issue(reference, "contradiction", f"{known.name}: {both}; not used")
        return aside(both)
    return _measure(known, quantity, part, reference, when, reading)


def _without_value(known: Observable, part: Part) -> Outcome:
    if concepts.concept.of(part.data_absent_reason):
        return aside("no value: the record says why (dataAbsentReason)")
    in_words = part.value_string is not None and known.kind in _IN_NUMBERS
    return aside(f"{known.name}: the value is text, not a quantity") if in_words else UNREAD


def _quantity(part: Part) -> el.Quantity | None:
    if part.value_quantity is not None:
        return part.value_quantity
    return el.Quantity(value=Decimal(part.value_integer), unit="1") if part.value_integer is not None else None


def _measure(known: Observable, given: el.Quantity, part: Part, reference: str, when: date | None, reading: Reading) -> Outcome:
    if when is None:
        reading.issue(reference, "status", f"{known.name} has no date and is not used")
        return aside("no date says when it was measured")
    value = given.value
    if value is None or given.comparator or not countable(value):
        reason = "the value is a bound, not a number" if given.comparator else "the value is missing, or no number that can be"
        reading.issue(reference, "implausible", f"{known.name}: {reason}; not used")
        return aside(f"{known.name}: {reason}")
    quantity = Quantity(value, known.unit) if given.code == known.unit else _canonical(known, value, given)
    if quantity is None:
        reading.issue(reference, "unit", f"{known.name}: its unit is missing, not known, or of another kind than {known.unit!r}; not used")
        return aside(f"{known.name}: its unit cannot be turned into {known.unit!r}")
    if not known.plausible(quantity):
        reading.issue(reference, "implausible", f"{known.name} of {quantity} cannot be; not used")
        return aside(f"{known.name}: the value cannot be")
    low, high = (None, None) if part.reference_range is NOTHING else _range(part.reference_range, known, given)
    flag = None if part.interpretation is NOTHING else _flag(part.interpretation)
    reading.measurements[known.name].append(Measurement(known.name, quantity, when, reference, flag, low, high))
    return USED


def _canonical(known: Observable, value: Decimal, given: el.Quantity) -> Quantity | None:
    """In the canonical unit; where the code is no unit of this observable, the unit as printed is tried. `None`: neither is one."""
    for unit in dict.fromkeys(((given.code or given.unit or ""), (given.unit or ""))):
        found = known.canonical(value, unit)
        if found is not None:
            return found
    return None


def _range(raw: Raw, known: Observable, given: el.Quantity) -> tuple[Decimal | None, Decimal | None]:
    """The laboratory's normal range in the canonical unit."""
    for found in concepts.ranges.of(raw):
        kind = concepts.concept_of(found.type)
        if not kind or kind.has("normal"):
            return _limit(found.low, known, given), _limit(found.high, known, given)
    return None, None


def _limit(bound: el.Quantity | None, known: Observable, given: el.Quantity) -> Decimal | None:
    if bound is None or bound.value is None or not countable(bound.value):
        return None
    found = _canonical(known, bound.value, bound if bound.code or bound.unit else given)
    return found.value if found is not None else None


def _flag(raw: Raw) -> str | None:
    return next((found.code.code for found in concepts.concepts.of(raw) if found.code is not None), None)


def _read_answer(what: Concept, raw: Raw, reference: str, when: date | None, reading: Reading) -> Outcome:
    """A coded answer; only the newest to a question speaks, so that one who stopped smoking does not smoke."""
    answer = concepts.concept.of(raw)
    kinds = terms.finding(answer)
    question = what.code.code if what.code else what.text
    before = reading.answers.get(question)
    if not kinds and before is None:
        return UNREAD
    if before is not None and before.onset is not None and (when is None or when < before.onset):
        return USED if kinds else UNREAD
    reading.answers[question] = Problem(reference, answer.text, kinds, answer.code, onset=when, active=bool(kinds))
    return USED if kinds else UNREAD
