"""What a prefetch answers: which keys in full, which in part, and which resources of it are of another FHIR release.

`null` says that there is nothing; an OperationOutcome, another thing than a resource, or no key at all, that nobody looked. A patient who is
`null` was not looked up either. What arrives under a key of the record system's own counts by the type that the key names, or by what it holds.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from agent.faces.hooks.services import ENOUGH, ESSENTIAL, PREFETCH
from agent.fhir.release import release_of

Resource = dict[str, Any]
_TYPES = {key: query.partition("?")[0].partition("/")[0] for key, query in PREFETCH.items()}


def answered(prefetch: Mapping[str, Any] | None) -> dict[str, Any]:
    """The keys that were answered."""
    return {key: value for key, value in (prefetch or {}).items() if _is_answer(key, value)}


def resources_in(value: Any) -> Iterator[Resource]:
    """Resources of a Bundle, or the resource itself."""
    if not isinstance(value, dict):
        return
    if value.get("resourceType") != "Bundle":
        yield value
        return
    for entry in _list(value.get("entry")):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            yield entry["resource"]


def absent(given: Mapping[str, Any]) -> list[str]:
    """Keys that nobody looked for."""
    held = {r.get("resourceType") for value in given.values() for r in resources_in(value)}
    named = {key.lower() for key in given}
    return [key for key, kind in _TYPES.items() if not (key.lower() in named or kind in held or kind.lower() in named)]


def in_part(given: Mapping[str, Any]) -> list[str]:
    """Keys of whose answer there are more pages than were given; the newest of very many are enough."""
    cut: set[str] = set()
    for key, value in given.items():
        if _goes_on(value):
            counts = Counter(str(r.get("resourceType")) for r in resources_in(value))
            cut |= {_TYPES.get(key, key), *counts} - {kind for kind, count in counts.items() if count >= ENOUGH.get(kind, count + 1)}
    return [key for key, kind in _TYPES.items() if kind in cut]


def unseen(given: Mapping[str, Any]) -> tuple[str, ...]:
    """What the checks go without, in words."""
    missing, cut = absent(given), in_part(given)
    return (
        *(f"{ESSENTIAL[key]}: not given" for key in missing if key in ESSENTIAL),
        *(f"{ESSENTIAL[key]}: given in part only" for key in cut if key in ESSENTIAL and key not in missing),
    )


def of_r4(resources: Sequence[Resource]) -> tuple[list[Resource], tuple[str, ...]]:
    """The resources of R4, and in words what was left out since it is of another release."""
    kept: list[Resource] = []
    others: Counter[str] = Counter()
    for resource in resources:
        kind = str(resource.get("resourceType"))
        release = release_of(kind, orjson.dumps(resource)) if kind != "Observation" else None
        if release is None:
            kept.append(resource)
        else:
            others[f"{kind} of FHIR {release}, not R4"] += 1
    return kept, tuple(f"{count} × {what}: not read" for what, count in others.items())


def _is_answer(key: str, value: Any) -> bool:
    if value is None:
        return _TYPES.get(key, key).lower() != "patient"
    return isinstance(value, dict) and isinstance(value.get("resourceType"), str) and value["resourceType"] != "OperationOutcome"


def _goes_on(value: Any) -> bool:
    links = _list(value.get("link")) if isinstance(value, dict) else []
    return any(isinstance(link, dict) and link.get("relation") == "next" for link in links)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
