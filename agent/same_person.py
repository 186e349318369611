"""Whether two records that use one reference speak of one person: `Patient/1` of another system is somebody else.

They do unless birth date, sex or the identifiers of a system that both use say otherwise; what one of them leaves out says nothing.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class Person(Struct, frozen=True):
    """What tells a patient from others.

    Attributes:
        born: as far as it is recorded, `1961` or `1961-04-02`.
        identifiers: system → values.
    """

    born: str = ""
    sex: str = ""
    identifiers: dict[str, frozenset[str]] = {}


def person_of(record: bytes, reference: str) -> Person | None:
    """The patient of this reference; `None` where the bytes hold no such resource."""
    try:
        read = msgspec.json.decode(record)
    except msgspec.MsgspecError:
        return None
    for resource in _resources(read):
        if resource.get("resourceType") == "Patient" and reference in {f"Patient/{resource.get('id')}", resource.get("id")}:
            return Person(_text(resource.get("birthDate")), _text(resource.get("gender")), _identifiers(resource.get("identifier")))
    return None


def may_be_one(one: Person | None, other: Person | None) -> bool:
    """Whether nothing says that they are two; nobody is told by a record without the patient."""
    if one is None or other is None:
        return False
    births = (one.born, other.born)
    if all(births) and not (births[0].startswith(births[1]) or births[1].startswith(births[0])):
        return False
    if one.sex and other.sex and one.sex != other.sex:
        return False
    shared = one.identifiers.keys() & other.identifiers.keys()
    return not shared or any(one.identifiers[system] & other.identifiers[system] for system in shared)


def _resources(read: Any) -> list[dict[str, Any]]:
    if not isinstance(read, dict):
        return []
    entries = read.get("entry") if read.get("resourceType") == "Bundle" else [{"resource": read}]
    found = [entry.get("resource") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    return [resource for resource in found if isinstance(resource, dict)]


def _identifiers(given: Any) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for one in given if isinstance(given, list) else []:
        if isinstance(one, dict) and one.get("value"):
            found.setdefault(_text(one.get("system")), set()).add(_text(one["value"]))
    return {system: frozenset(values) for system, values in found.items() if system}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
