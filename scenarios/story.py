"""Stories: a patient, and what a plan for this patient must say, must not say and must ask.

A story is a TOML file in `scenarios/stories/`, written from a guideline and not from what the program prints. It has one
patient and several tellings: the first is the patient as described, every `[[variant]]` changes a fact or two and says what
that changes in the plan. A threshold is told by two variants, one on either side.

    [patient]                                  # sex = "female", age = 67
    [record]
    problems    = ["type-2-diabetes", "chronic-kidney-disease"]
    medications = [{ text = "metformin 1000 MG Oral Tablet", dose = "1000 mg", per = "12 h" }]
    allergies   = [{ to = "penicillin", reaction = "urticaria" }]
    labs        = { hba1c = "8.1 %", serum-creatinine = "1.4 mg/dL" }
    [expect]
    must     = ["start sglt2-inhibitor", "order uacr"]
    must_not = ["start sulfonylurea", "stop metformin"]
    must_ask = ["serum-potassium"]             # also issues and silent: ["DRG simvastatin clarithromycin"]

An expectation names an action and a subject: an ingredient, a class of the terminology, or a test, referral or topic by its
name in the knowledge. A problem may say when it began: `gout-flare-current, 3 d ago`. `change`, `stop` and `hold` of a current
medicine are told apart; `act on X` is any of the three.
Where a guideline leaves the choice, so does the story: `start ras-inhibitor or ccb-dhp`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import orjson
from msgspec import Struct, field, structs

from scenarios.builders import allergy, bundle, condition, medication, observation, patient
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity
from tools.terminology import terminology

STORIES = Path(__file__).parent / "stories"
_ACTIONS = (
    "start",
    "stop",
    "change",
    "continue",
    "hold",
    "order",
    "monitor",
    "refer",
    "vaccinate",
    "counsel",
    "follow-up",
    "act on",
    "route",
    "urgency",
)


class Person(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who: age in completed years at the story's date."""

    sex: str
    age: int
    pregnancy: str = ""


class Ordered(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A medicine as ordered: the text of the record, dose, interval, how long ago; `lasts` is how long what was supplied lasts."""

    text: str
    dose: str = ""
    per: str = ""
    ago: str = "60 d"
    as_needed: bool = False
    status: str = "active"
    lasts: str = ""


class Reacted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An allergy: to what, with which reaction."""

    to: str
    reaction: str = ""
    criticality: str = ""


class Value(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A measurement and how long before the story's date it was made."""

    value: str
    ago: str = "14 d"


class RecordOf(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the record holds."""

    problems: tuple[str, ...] = ()
    medications: tuple[Ordered, ...] = ()
    allergies: tuple[Reacted, ...] = ()
    labs: dict[str, str | Value | list[Value]] = field(default_factory=dict)


class Expected(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a plan must hold; see the module."""

    must: tuple[str, ...] = ()
    must_not: tuple[str, ...] = ()
    must_ask: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()

    def faults(self) -> list[str]:
        """Lines that name no action, and medicines that nobody knows: what cannot occur cannot be demanded, nor forbidden."""
        lines = (*self.must, *self.must_not)
        unnamed = [f"expectation {line!r} names no action" for line in lines if not line.startswith(_ACTIONS)]
        spoken = [line for line in lines if line.startswith(_ACTIONS) and _of_medicine(line)]
        named = [name for line in spoken for name in alternatives(split(line)[1]) if name]
        named += [name for line in (*self.issues, *self.silent) for name in line.split()[1:]]
        return unnamed + [f"{name!r} is no medicine and no class" for name in named if not terminology().is_drug_kind(name)]


class Changes(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The same patient with a few facts changed.

    `labs` are merged into those that are there (an empty string removes one); `problems` and the other lists are added; `without`
    takes problems, medicines (by their text) or allergies away.
    """

    name: str
    patient: Person | None = None
    problems: tuple[str, ...] = ()
    medications: tuple[Ordered, ...] = ()
    allergies: tuple[Reacted, ...] = ()
    labs: dict[str, str | Value | list[Value]] = field(default_factory=dict)
    without: tuple[str, ...] = ()


class Variant(Changes, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Another telling of a story. Expectations are its own, the story's do not carry over."""

    expect: Expected


class Story(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One patient, several tellings; `uncovered` are problems that the terminology is not expected to know."""

    conditions: tuple[str, ...]
    uncovered: tuple[str, ...] = ()
    as_of: date
    patient: Person
    record: RecordOf
    expect: Expected
    variant: tuple[Variant, ...] = ()

    def faults(self) -> list[str]:
        """Expectations that could never be met or broken, variants with one name, words that the terminology does not know."""
        names = [variant.name for variant in self.variant]
        found = [fault for expected in (self.expect, *(v.expect for v in self.variant)) for fault in expected.faults()]
        found += [f"two variants are called {name!r}" for name in sorted({n for n in names if names.count(n) > 1})]
        return (
            found
            + unknown_words((self.record, *self.variant), self.uncovered)
            + [fault for v in self.variant for fault in absent(self.record, v)]
        )


@dataclass(frozen=True)
class Telling:
    """One patient of a story, ready to be planned."""

    name: str
    as_of: date
    bundle: bytes
    expect: Expected


def stories() -> tuple[Story, ...]:
    """Every story that is shipped."""
    return load(STORIES, Story)


def tellings(story: Story) -> tuple[Telling, ...]:
    """The story as it is, and each of its variants."""
    first = Telling(story.id, story.as_of, bundle_of(story.as_of, story.patient, story.record), story.expect)
    return (
        first,
        *(
            Telling(
                f"{story.id}: {v.name}", story.as_of, bundle_of(story.as_of, v.patient or story.patient, changed(story.record, v)), v.expect
            )
            for v in story.variant
        ),
    )


def changed(record: RecordOf, variant: Changes) -> RecordOf:
    """The record with the facts of a variant in place of its own."""
    gone = set(variant.without)
    labs = {**record.labs, **variant.labs}
    return structs.replace(
        record,
        problems=tuple(p for p in record.problems if p not in gone) + variant.problems,
        medications=tuple(m for m in record.medications if m.text not in gone) + variant.medications,
        allergies=tuple(a for a in record.allergies if a.to not in gone) + variant.allergies,
        labs={name: value for name, value in labs.items() if value != ""},
    )


def bundle_of(day: date, person: Person, record: RecordOf) -> bytes:
    """What is told of a patient, as a FHIR bundle of that day."""
    resources: list[dict[str, Any]] = [patient(sex=person.sex, age=person.age, as_of=day, pregnancy=person.pregnancy or None)]
    resources += [
        condition(name, onset=_ago(day, since.removesuffix(" ago")) if since else None) for name, since in map(_dated, record.problems)
    ]
    resources += [_order(day, ordered) for ordered in record.medications]
    resources += [allergy(a.to, reaction=a.reaction or None, criticality=a.criticality or None) for a in record.allergies]
    for name, given in record.labs.items():
        for value in given if isinstance(given, list) else [given if isinstance(given, Value) else Value(value=given)]:
            resources.append(observation(name, value.value, when=_ago(day, value.ago)))
    return orjson.dumps(bundle(*resources))


def _order(day: date, told: Ordered) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if told.lasts:
        lasts = Quantity.parse(told.lasts)
        more["dispenseRequest"] = {"expectedSupplyDuration": {"value": int(lasts.value), "code": lasts.unit}}
    return medication(
        told.text,
        dose=told.dose or None,
        per=told.per or None,
        ordered=_ago(day, told.ago),
        as_needed=told.as_needed,
        status=told.status,
        **more,
    )


def split(line: str) -> tuple[str, str]:
    """The action of an expectation, and its subject."""
    action = next(word for word in _ACTIONS if line.startswith(word))
    return action, line[len(action) :].strip()


def _dated(problem: str) -> tuple[str, str]:
    """The name of a problem, and how long ago it began (`gout-flare-current, 3 d ago`) or nothing."""
    name, _, since = problem.partition(", ")
    return name, since


def alternatives(subject: str) -> list[str]:
    """The subjects of which one is enough: `ras-inhibitor or ccb-dhp`."""
    return [name.strip() for name in subject.split(" or ")]


def _of_medicine(line: str) -> bool:
    return split(line)[0] in {"start", "stop", "change", "continue", "hold", "act on"}


def unknown_words(told: Sequence[RecordOf | Changes], uncovered: Sequence[str] = ()) -> list[str]:
    """A sentence for each observable and each problem that the terminology does not know."""
    known = terminology()
    labs = sorted({name for one in told for name in one.labs if known.observable_named(name) is None})
    names = {_dated(text)[0] for one in told for text in one.problems}
    problems = sorted(name for name in names if name not in uncovered and not known.is_problem(name))
    return [f"{name!r} is no observable" for name in labs] + [f"{name!r} is no problem of the terminology" for name in problems]


def absent(record: RecordOf, variant: Changes) -> list[str]:
    """A sentence for each thing that a variant takes away though it was not there."""
    there = {*record.problems, *(m.text for m in record.medications), *(a.to for a in record.allergies)}
    return [f"{variant.name!r} is without {name!r}, which was not there" for name in variant.without if name not in there]


def _ago(day: date, text: str) -> date:
    return date.fromordinal(day.toordinal() - int(Quantity.parse(text).to("d").value))
