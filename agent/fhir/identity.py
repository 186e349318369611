"""Who the record is of: one patient, told apart from everyone else that a bundle mentions."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import Raw

from agent.errors import RecordError
from agent.fhir import concepts
from agent.fhir import shapes as r4
from agent.fhir.decode import Decoded
from agent.fhir.elements import Reference
from agent.fhir.modifiers import refused
from agent.fhir.reading import Outcome, Reading, aside
from agent.fhir.systems import BIRTH_SEX, RACE
from agent.fhir.times import day, partial

_ANCESTRY: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("special.toml").read_text("utf-8"))["ancestry"]["codes"]
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_OLDEST = 130
_NAMED = 5

Subject = Literal["mine", "other", "nobody", "group", "contained"]


@dataclass(frozen=True)
class Person:
    """The patient that is read, with every name that references may use."""

    index: int
    resource: r4.Patient
    reference: str
    names: frozenset[str]
    everyone: tuple[str, ...]
    id: str
    _seen: dict[bytes, Outcome | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def alone(self) -> bool:
        """Nobody else is in the record."""
        return len(self.everyone) == 1

    def others(self, raw: Raw) -> Outcome | None:
        """Set aside what is another's; what names nobody is the patient's where nobody else is in the record."""
        try:
            return self._seen[bytes(raw)]
        except KeyError:
            whose = self.subject(raw)
            mine = whose == "mine" or (whose == "nobody" and self.alone)
            found = self._seen[bytes(raw)] = None if mine else aside(_OTHERS[whose])
            return found

    def subject(self, raw: Raw) -> Subject:
        """Whose a resource is, from its `subject` or `patient`."""
        found = concepts.reference.of(raw)
        if found is None:
            return "nobody"
        return self._by_text(found.reference) if found.reference else self._by_identifier(found)

    def _by_text(self, written: str) -> Subject:
        text = "".join(written.split())  # an id holds no space: one inside it was lost on the way
        if text in self.names:
            return "mine"
        if text.startswith("#"):
            return "contained"
        kind, _, rest = _relative(text)
        if kind and kind != "Patient":
            return "group"
        return "mine" if kind and rest == self.id else "other"

    def _by_identifier(self, found: Reference) -> Subject:
        wanted = found.identifier
        if wanted is None or wanted.value is None:
            return "nobody"
        mine = [i for i in self.resource.identifier if i.value is not None and i.system == wanted.system]
        if any(i.value == wanted.value for i in mine):
            return "mine"
        return "other" if mine else "nobody"


def _relative(text: str) -> tuple[str, str, str]:
    """Type and id of a relative or absolute reference, its version left out; empty for a urn."""
    steps = text.partition("/_history/")[0].split("/")
    return (steps[-2], "/", steps[-1]) if len(steps) >= 2 and steps[-2][:1].isupper() else ("", "", text)


def reference_to(resource: r4.Common, entry: r4.Entry, index: int, decoded: Decoded) -> str:
    """How facts name a resource: `Type/id`, else its full URL, else its place."""
    if resource.id and _ID.fullmatch(resource.id):
        return f"{resource.__class__.__name__}/{resource.id}"
    url = entry.full_url
    return url if url and url.startswith("urn:") and len(url) < 100 else decoded.place(index)


def names_of(resource: r4.Common, url: str | None) -> frozenset[str]:
    """Every way in which another resource may refer to this one."""
    found = {url} if url else set()
    if resource.id:
        found |= {f"{type(resource).__name__}/{resource.id}", f"urn:uuid:{resource.id}"}
    return frozenset(found)


def everyone(decoded: Decoded, older: Container[int] = ()) -> dict[str, int]:
    """Every patient of the bundle, by id (or full URL, or place) → its entry; `older` versions of the same are passed over."""
    found: dict[str, int] = {}
    for index, entry in enumerate(decoded.entries):
        if type(entry.resource) is r4.Patient and index not in older:
            found[entry.resource.id or entry.full_url or decoded.place(index)] = index
    return found


def choose(decoded: Decoded, wanted: str | None, older: Container[int] = ()) -> Person:
    """The one patient, or the one that is asked for.

    Raises:
        RecordError: none, several without a choice, or not the one that is asked for.
    """
    found = everyone(decoded, older)
    if not found:
        raise RecordError(_nobody(decoded))
    if wanted is not None:
        return _person(decoded, found, _wanted(found, wanted))
    if len(found) > 1:
        shown = [name for name in found if _ID.fullmatch(name)][:_NAMED]
        listed = f" ({', '.join(map(repr, shown))}{', …' if len(found) > len(shown) else ''})" if shown else ""
        raise RecordError(
            f"the record holds {len(found)} patients{listed}, the second in {_place(decoded, found)}; say which with --patient ID"
        )
    return _person(decoded, found, next(iter(found)))


def _nobody(decoded: Decoded) -> str:
    fallen = [i for i, reason in decoded.unreadable.items() if reason.startswith("Patient")]
    if fallen:
        return f"no patient: {decoded.place(fallen[0])} is a Patient that cannot be read: {decoded.unreadable[fallen[0]]}"
    return "no patient: none of the entries is a Patient that can be read; a plan needs one"


def _place(decoded: Decoded, found: dict[str, int]) -> str:
    return decoded.place(sorted(found.values())[1])


def _wanted(found: dict[str, int], wanted: str) -> str:
    bare = wanted.removeprefix("Patient/").removeprefix("urn:uuid:")
    for name in (wanted, bare, f"urn:uuid:{bare}"):
        if name in found:
            return name
    raise RecordError(f"no Patient with the id {bare!r} is in the record; it holds {len(found)}")


def _person(decoded: Decoded, found: dict[str, int], name: str) -> Person:
    index = found[name]
    entry = decoded.entries[index]
    patient = entry.resource
    assert isinstance(patient, r4.Patient)
    reference = reference_to(patient, entry, index, decoded)
    versions = [e for e in decoded.entries if type(e.resource) is r4.Patient]
    names = frozenset[str]().union(*(names_of(e.resource, e.full_url) for e in versions if _same(e.resource, patient)))  # type: ignore[arg-type] # narrowed above
    return Person(index, patient, reference, names, tuple(found), patient.id or "")


def _same(other: object, patient: r4.Patient) -> bool:
    return other is patient or (isinstance(other, r4.Patient) and other.id is not None and other.id == patient.id)


_OTHERS = {
    "other": "about another patient",
    "nobody": "says of no patient, and the record holds several",
    "group": "about a group, place or device, not about the patient",
    "contained": "about a patient who exists inside this entry only",
}


def doubts(person: Person, reading: Reading) -> None:
    """Say what the Patient says against being used as it stands; there is no plan without one, so that it is told and not set aside."""
    patient = person.resource
    said = [
        (refused(patient) is not None, "Patient carries a modifierExtension or implicitRules that are not understood"),
        (patient.active is False, "Patient.active is false: the entry is said not to be in use"),
        (any(link.type == "replaced-by" for link in patient.link), "Patient.link: another Patient is said to replace this one"),
    ]
    for holds, reason in said:
        if holds:
            reading.issue(person.reference, "identity", f"{reason}; confirm that this is the patient's record")


def born(person: Person, reading: Reading) -> date | None:
    """The birth date; a partial one is taken as the first day of the year or month and said so.

    Raises:
        RecordError: it lies after `as_of`.
    """
    text = person.resource.birth_date
    found = day(text)
    if text is None or found is None:
        if text is not None:
            reading.issue(person.reference, "identity", "Patient.birthDate is not a date; the age is not known")
        return None
    if found > reading.as_of:
        raise RecordError(f"Patient.birthDate lies after {reading.as_of.isoformat()}: nothing can be planned for that date")
    if (reading.as_of.year - found.year) > _OLDEST and not person.resource.deceased_date_time:
        reading.issue(
            person.reference, "implausible", f"Patient.birthDate makes the patient more than {_OLDEST} years old; the age is not used"
        )
        return None
    if partial(text):
        reading.issue(person.reference, "identity", "Patient.birthDate names no day; the age may be a year too high")
    return found


def sex(person: Person, reading: Reading) -> Literal["female", "male"] | None:
    """Recorded gender or birth sex; `None` where neither says female or male, or where the two disagree."""
    gender = person.resource.gender if person.resource.gender in ("female", "male") else None
    codes = [e.value_code for e in person.resource.extension if e.url == BIRTH_SEX]
    at_birth = {"F": "female", "M": "male"}.get(codes[0] or "") if codes else None
    if gender and at_birth and gender != at_birth:
        reading.issue(person.reference, "contradiction", "Patient.gender and birth sex differ: what depends on sex is asked")
        return None
    found = gender or at_birth
    return "female" if found == "female" else "male" if found == "male" else None


def ancestry(person: Person) -> dict[str, tuple[str, ...]]:
    """What the person, or somebody for the person, said of ancestry, where a label or guideline hangs a test or a medicine on it."""
    said = [part.value_coding for e in person.resource.extension if e.url == RACE for part in e.extension if part.value_coding]
    return {name: (person.reference,) for coding in said for name in _ANCESTRY.get(coding.code or "", ())}


def deceased(person: Person, as_of: date) -> date | bool:
    """The day of death if on or before `as_of`; `True` where it is recorded without a day."""
    died = day(person.resource.deceased_date_time)
    if died is not None:
        return died if died <= as_of else False
    return bool(person.resource.deceased_boolean) or person.resource.deceased_date_time is not None
