"""Conditions and allergies by their status.

| field | value | read as |
|---|---|---|
| `verificationStatus` | confirmed, missing | verified |
| | unconfirmed, provisional, differential | not verified |
| | refuted, entered-in-error | set aside |
| `clinicalStatus` | active, recurrence, relapse, missing | active |
| | inactive, remission, resolved | not active, unless it ended after `as_of` |
| `abatement…` | on or before `as_of`, or without a date | not active |
| an allergy | "no known allergy", as code or text | read, and nothing is made of it |
| | "penicillin - tolerates", and nothing else; or a note that says it | not active, and told |

Dated after `as_of` (onset or recorded): set aside. Several active entries of one diagnosis become one, with the earliest onset; the newest stands beside it.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from agent.fhir import concepts, modifiers, pregnancy, terms
from agent.fhir import elements as el
from agent.fhir import shapes as r4
from agent.fhir.allergy_notes import noted_as_tolerated
from agent.fhir.concepts import Concept
from agent.fhir.listed_allergies import listed
from agent.fhir.reading import ERROR, UNREAD, USED, Outcome, Reading, aside
from agent.fhir.regimen import days_of
from agent.fhir.times import day
from agent.tolerated import tolerated
from tools.clinical.facts import Allergy, Problem

_NONE = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["no_allergy"]
_NONE_CODES, _NONE_TEXTS = frozenset(_NONE["codes"]), frozenset(_NONE["texts"])
_ABBREVIATED = re.compile(r" \((?:nkda|nka|nkfa)\)$")
_OVER = ("inactive", "remission", "resolved")
_ACTIVE = ("active", "recurrence", "relapse")
_NO_PERIOD = el.Period()
_DOUBTED = ("unconfirmed", "provisional", "differential")


def read_condition(found: r4.Condition, reference: str, reading: Reading) -> Outcome:
    """A diagnosis, a symptom or a social finding."""
    refused = _refused(_said.of(found.verification_status))
    if refused is not None:
        return refused
    what = concepts.concept.of(found.code)
    if not what:
        return aside("no code and no text says what the condition is")
    onset_period = found.onset_period or _NO_PERIOD
    later = reading.later(found.onset_date_time, onset_period.start, found.recorded_date)
    if later is not None:
        return later
    problem = Problem(
        reference=reference,
        text=what.text,
        kinds=terms.problem(what),
        code=what.code,
        onset=_onset(found, reading),
        active=_active(found, reference, reading),
        verified=_verified(_said.of(found.verification_status), reference, reading),
    )
    reading.problems.append(problem)
    pregnancy.note_loss(problem, day(found.onset_date_time) or day(onset_period.start), reading)
    reading.allergies.extend(listed(problem))
    return USED


def _refused(said: frozenset[str]) -> Outcome | None:
    if "entered-in-error" in said:
        return ERROR
    return aside("refuted: the record says that it is not so") if "refuted" in said else None


def _words(raw: bytes) -> frozenset[str]:
    """The words of a status: its codes whatever their capitals, and its text, for some systems write nothing else."""
    status = concepts.concept[raw]
    return frozenset({*(coding.code.casefold() for coding in status.codes), status.text.casefold().replace(" ", "-")} - {""})


_said: concepts.Memo[frozenset[str]] = concepts.Memo(_words)


def _verified(said: frozenset[str], reference: str, reading: Reading) -> bool:
    if said and said.isdisjoint((*_DOUBTED, "confirmed")):
        reading.issue(reference, "status", "verificationStatus is not one of FHIR R4; read as confirmed")
    return said.isdisjoint(_DOUBTED)


def _onset(found: r4.Condition, reading: Reading) -> date | None:
    period = found.onset_period or _NO_PERIOD
    dated = day(found.onset_date_time) or day(period.start)
    return dated or _at_age(found.onset_age, reading) or day(found.recorded_date)


def _at_age(age: el.Quantity | None, reading: Reading) -> date | None:
    lived = days_of(age)
    if reading.born is None or lived is None or reading.born.toordinal() + lived > reading.as_of.toordinal():
        return None
    return reading.born + timedelta(days=lived)


def _active(found: r4.Condition, reference: str, reading: Reading) -> bool:
    ended, said = _ended(found, reading), _said.of(found.clinical_status)
    if not said.isdisjoint(_OVER):
        return ended is not None and ended > reading.as_of
    if said and said.isdisjoint(_ACTIVE):
        reading.issue(reference, "status", "clinicalStatus is not one of FHIR R4; read as active")
    return not (_over_without_date(found) or (ended is not None and ended <= reading.as_of))


def _ended(found: r4.Condition, reading: Reading) -> date | None:
    period = found.abatement_period or _NO_PERIOD
    return day(found.abatement_date_time) or day(period.end) or _at_age(found.abatement_age, reading)


def _over_without_date(found: r4.Condition) -> bool:
    return found.abatement_string is not None or found.abatement_range is not None


def merge(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Active entries of one diagnosis as one problem, the first of them, verified if one of them is."""
    merged: dict[object, Problem] = {}
    for problem in problems:
        key = (
            ((problem.code.system, problem.code.code) if problem.code else problem.text.casefold()) if problem.active else problem.reference
        )
        before = merged.get(key)
        merged[key] = problem if before is None else _joined(before, problem)
    return tuple(merged.values())


def _joined(one: Problem, other: Problem) -> Problem:
    onsets = [when for when in (one.onset, one.returned, other.onset, other.returned) if when is not None]
    first, last = min(onsets, default=None), max(onsets, default=None)
    also = (*one.also, other.reference) if other.reference != one.reference else one.also
    returned = last if last != first else None
    return replace(one, onset=first, returned=returned, verified=one.verified or other.verified, also=also)


def read_allergy(found: r4.AllergyIntolerance, reference: str, reading: Reading) -> Outcome:
    """An allergy or intolerance; what is not recognised is kept, with an issue, since nothing can be screened for it."""
    refused = _refused(_said.of(found.verification_status))
    if refused is not None:
        return refused
    later = reading.later(found.onset_date_time, found.recorded_date)
    reactions = modifiers.plain(found.reaction, "a reaction", reference, reading)
    what = concepts.concept.of(found.code) or _substance(reactions)
    if later is not None or not what:
        return later or aside("no code and no text says what the allergy is to")
    if what.has(*_NONE_CODES) or _ABBREVIATED.sub("", what.text.casefold().rstrip(".")) in _NONE_TEXTS:
        return UNREAD
    match, named_so = terms.allergen(what), tolerated(what.text) is not None
    fine = named_so or noted_as_tolerated(found, what)
    if fine:
        who = "the entry" if named_so else "the note of the entry"
        reading.issue(reference, "status", f"{who} {what.text!r} says that it is tolerated; no allergy is read out of it")
    elif not match.recognized:
        reading.issue(reference, "unrecognized", f"the allergen {what.text!r} is not known; nothing is screened for it")
    reading.allergies.append(
        Allergy(
            reference=reference,
            text=what.text,
            kinds=match.kinds,
            reactions=frozenset().union(*(terms.reaction(m) for m in _manifestations(reactions))),
            code=what.code,
            criticality=_criticality(found.criticality),
            intolerance=found.type == "intolerance",
            active=not fine and _said.of(found.clinical_status).isdisjoint(_OVER),
            verified=_verified(_said.of(found.verification_status), reference, reading),
            recorded=day(found.recorded_date) or day(found.onset_date_time),
        )
    )
    return USED


def _substance(reactions: Iterable[el.Reaction]) -> Concept:
    named = [concepts.concept.of(reaction.substance) for reaction in reactions]
    return next((substance for substance in named if substance), concepts.EMPTY)


def _manifestations(reactions: Iterable[el.Reaction]) -> list[Concept]:
    return [manifestation for reaction in reactions for manifestation in concepts.concepts.of(reaction.manifestation)]


def _criticality(text: str | None) -> Literal["low", "high", "unable-to-assess"] | None:
    return "low" if text == "low" else "high" if text == "high" else "unable-to-assess" if text == "unable-to-assess" else None
