"""The last gate before the wire: values of the record that identify somebody, searched for in what is about to leave."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import orjson

_NAMING = frozenset({"name", "telecom", "address", "identifier", "birthDate", "contact", "deceasedDateTime", "_birthDate", "photo"})
_PEOPLE = frozenset({"Patient", "Practitioner", "RelatedPerson", "Person", "Organization", "Location"})
_STRUCTURE = frozenset({"system", "use", "type", "rank", "relationship", "gender", "extension", "url"})
_SHORTEST = 4


def identifiers_of(bundle: bytes) -> frozenset[str]:
    """Names, addresses, telephone numbers, identifiers, birth dates and ids of everybody in a bundle, in lower case."""
    document = orjson.loads(bundle)
    entries = document.get("entry", []) if isinstance(document, dict) else []
    found: set[str] = set()
    for entry in entries if isinstance(entries, list) else []:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            found.update(_of_resource(resource))
    return frozenset(value.casefold().strip() for value in found if len(value.strip()) >= _SHORTEST)


def leaks(text: str, identifiers: frozenset[str]) -> tuple[str, ...]:
    """Those that stand in the text as whole words."""
    lower = text.casefold()
    return tuple(sorted(i for i in identifiers if i in lower and re.search(rf"(?<!\w){re.escape(i)}(?!\w)", lower)))


def _of_resource(resource: dict[str, Any]) -> Iterator[str]:
    number = str(resource.get("id", ""))
    if any(letter.isdigit() for letter in number):
        yield number
    if resource.get("resourceType") in _PEOPLE:
        for key in _NAMING & resource.keys():
            yield from _strings(resource[key])
    else:
        yield from _strings(resource.get("identifier"))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for part in value:
            yield from _strings(part)
    elif isinstance(value, dict):
        for key, part in value.items():
            if key not in _STRUCTURE:
                yield from _strings(part)
