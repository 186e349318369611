"""Which FHIR release a resource is of, told by its shape where nothing says so.

R4 is read. DSTU2, STU3 and R5 look alike from afar, and reading one as another loses what matters without a word (in R5 the
medicine of an order is `medication.concept`, which an R4 reader does not see); so they are refused.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from msgspec import Raw

from agent.errors import RecordError
from agent.fhir import shapes as r4
from agent.fhir.elements import NOTHING
from agent.fhir.systems import FOREIGN_TYPES


def _there(raw: Raw) -> bool:
    return raw is not NOTHING and bytes(raw) not in (b"", b"null")


def _text(raw: Raw) -> bool:
    return bytes(raw).startswith(b'"')


def _medicine(found: r4.Medicine) -> str | None:
    if (
        found.medication is not NOTHING
        and _there(found.medication)
        and not (_there(found.medication_codeable_concept) or _there(found.medication_reference))
    ):
        return "R5: medication"
    return None


def _condition(found: r4.Condition) -> str | None:
    if _there(found.patient) and not _there(found.subject):
        return "DSTU2: patient"
    return "STU3 or DSTU2: clinicalStatus" if _text(found.clinical_status) else None


def _allergy(found: r4.AllergyIntolerance) -> str | None:
    if _there(found.substance) and not _there(found.code):
        return "DSTU2: substance"
    return "STU3: clinicalStatus" if _text(found.clinical_status) else None


def _encounter(found: r4.Encounter) -> str | None:
    return "R5: actualPeriod" if _there(found.actual_period) else None


SIGNS: dict[type, Callable[..., str | None]] = {
    r4.MedicationRequest: _medicine,
    r4.MedicationStatement: _medicine,
    r4.MedicationDispense: _medicine,
    r4.MedicationAdministration: _medicine,
    r4.Condition: _condition,
    r4.AllergyIntolerance: _allergy,
    r4.Encounter: _encounter,
}
"""Type → what tells another release: `release: field`, or `None` where nothing speaks against R4."""


_DECODERS: dict[str, tuple[msgspec.json.Decoder[object], Callable[..., str | None]]] = {
    kind.__name__: (msgspec.json.Decoder(kind), sign) for kind, sign in SIGNS.items()
}


def release_of(kind: str, data: bytes) -> str | None:
    """The other FHIR release that one resource is of, by its type or its shape; `None` where nothing speaks against R4."""
    if kind in FOREIGN_TYPES:
        return FOREIGN_TYPES[kind]
    if kind not in _DECODERS:
        return None
    decoder, sign = _DECODERS[kind]
    try:
        found = sign(decoder.decode(data))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found.partition(": ")[0] if found else None


def refusal(resource: object, sign: str, place: str) -> RecordError:
    """What to say of a resource of another release: the entry, the release, the field that tells it, the way out."""
    release, _, field = sign.partition(": ")
    return RecordError(f"{place}: {type(resource).__name__}.{field} is of FHIR {release}, not R4; convert the record to R4 (4.0.1) first")
