"""Observations that show a state of the patient and no value: hospice care answered with yes, a palliative assessment, a symptom.

| code | value | read as |
|---|---|---|
| a question of `special.toml`, `states.answered` | yes | an event of that kind |
| a question of `states.valued` | an answer that is listed there | an event of the kind of that answer |
| a test of `states.tested` | positive or negative, in a code | an event of the kind of that result; one of `states.lasting` holds until a newer result |
| an assessment of `states.assessed` | any | an event of that kind, from its beginning: who is assessed with it is in that care |
| an examination among them | a finding of `states.found` | an event of both kinds: done, and what came out |
| of ICD-10-CM | none, or yes | an event of the kinds of that diagnosis |

They are events of kind `finding`, dated by when they were seen last; a state of the patient they make only as long as they are
recent. A question that is answered with no, or not at all, shows nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from agent.fhir import concepts, terms
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.concepts import Concept
from agent.fhir.reading import UNREAD, USED, Outcome, Reading
from agent.fhir.times import day
from tools.clinical.facts import Event
from tools.terminology.systems import ICD10CM, system_of

_KNOWN = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["states"]
_YES: tuple[str, ...] = tuple(_KNOWN["yes"])
_ANSWERED: dict[str, str] = _KNOWN["answered"]
_ASSESSED: dict[str, str] = _KNOWN["assessed"]
_VALUED: dict[str, dict[str, str]] = _KNOWN["valued"]
_TESTED = {
    test: {code: kind for result, kind in kinds.items() for code in _KNOWN["results"][result]} for test, kinds in _KNOWN["tested"].items()
}
"""Test → code of its result → what that shows."""
_LASTING = frozenset(_KNOWN["lasting"])
_FINDINGS = frozenset(_KNOWN["found"]["kinds"])
_FOUND = {code: _KNOWN["found"][result] for result in ("positive", "negative") for code in _KNOWN["results"][result]}
_WITH_RESULT = frozenset(_KNOWN["found"]["tested"])


@dataclass(frozen=True, slots=True)
class Shown:
    """What a code shows.

    Attributes:
        kinds: of the event; empty where nothing is known of the code.
        needs_yes: only an affirmative answer shows it.
        may_be_silent: it is shown without any value.
        by_answer: an answer's code → the kind that it shows.
        is_test: a laboratory test, whose value may also be a number.
    """

    what: Concept
    kinds: frozenset[str]
    needs_yes: bool
    may_be_silent: bool
    by_answer: Mapping[str, str] = field(default_factory=dict)
    is_test: bool = False


def shown(what: Concept) -> Shown | None:
    """What state an observation of this code may show; `None` where it is a value like any other."""
    for coding in what.codes:
        if coding.code in _ANSWERED:
            return Shown(what, frozenset({_ANSWERED[coding.code]}), needs_yes=True, may_be_silent=False)
        if coding.code in _VALUED:
            return Shown(what, frozenset(), needs_yes=False, may_be_silent=False, by_answer=_VALUED[coding.code])
        if coding.code in _TESTED:
            return Shown(what, frozenset(), needs_yes=False, may_be_silent=False, by_answer=_TESTED[coding.code], is_test=True)
        if coding.code in _ASSESSED:
            found = _FOUND if coding.code in _WITH_RESULT else {}
            return Shown(what, frozenset({_ASSESSED[coding.code]}), needs_yes=False, may_be_silent=True, by_answer=found)
        if system_of(coding) == ICD10CM:
            return Shown(what, terms.problem(what), needs_yes=True, may_be_silent=True)
    return None


def read(found: r4.Observation, state: Shown, reference: str, reading: Reading) -> Outcome:
    """The observation as an event, where it shows the state."""
    period = found.effective_period or el.Period()
    began = found.effective_date_time or found.effective_instant or period.start or period.end
    later = reading.later(began, found.issued)
    if later is not None:
        return later
    kinds = state.kinds | _answered(found, state)
    if state.is_test:
        _remember(state, kinds, day(began), reference, reading)
    if not kinds or not _holds(found, state):
        return UNREAD
    end = day(period.end)
    until = end if end is not None and end <= reading.as_of else None
    event = Event(reference, "finding", state.what.text, kinds, state.what.code, day(began), found.status or "", until)
    reading.events.append(event)
    return USED


def _remember(state: Shown, kinds: frozenset[str], when: date | None, reference: str, reading: Reading) -> None:
    """The newest result of a test states something for good, or takes it back."""
    test = state.what.code.code if state.what.code else state.what.text
    before = reading.results.get(test)
    if when is not None and (before is None or when >= before[0]):
        reading.results[test] = (when, next(iter(kinds & _LASTING), ""), reference)


def _answered(found: r4.Observation, state: Shown) -> frozenset[str]:
    answer = concepts.concept.of(found.value_codeable_concept)
    listed = frozenset(state.by_answer[coding.code] for coding in answer.codes if coding.code in state.by_answer)
    return listed | (terms.finding(answer) & _FINDINGS if state.may_be_silent else frozenset())


def _holds(found: r4.Observation, state: Shown) -> bool:
    answer = concepts.concept.of(found.value_codeable_concept)
    if not answer:
        silent = found.value_quantity is None and found.value_string is None and not concepts.concept.of(found.data_absent_reason)
        return state.may_be_silent and (silent or not state.needs_yes)
    return not state.needs_yes or answer.has(*_YES)
