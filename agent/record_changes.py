"""Which of the facts that a plan cites are no longer what they were, by reference and value; no name and no free text of the record.

Observation/k1: valueQuantity.value 4.1 → 5.9
MedicationRequest/m1: status active → stopped
Condition/c1 is not in the record any more
Observation/k2 is new, of the same kind as Observation/k1: valueQuantity.value 6.1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from tools.clinical.plan import Plan

_TELLING = frozenset({"status", "code", "unit", "use", "intent", "start", "end"})
"""Last names of paths whose strings are codes or dates; of every other string only the path is told."""
_ENDINGS = ("Date", "DateTime", "date", "Instant", "Period", "issued")
_SILENT = frozenset({"meta", "text", "id"})
"""Of a resource itself; neither a change of what it says of itself nor of its narrative is one of its facts."""
_AT_MOST = 40
Resource = Mapping[str, Any]


def cited(plan: Plan) -> tuple[str, ...]:
    """The references of everything that the plan rests on."""
    facts = [
        *(fact for item in plan.items for reason in item.rationale for fact in reason.facts),
        *(item.subject.reference for item in plan.items),
        *(fact for problem in plan.problems for fact in problem.facts),
        *(fact for issue in plan.issues for fact in (*issue.facts, *issue.medications)),
        *(fact for question in plan.questions for fact in question.facts),
        *(given.reference for calculation in plan.calculations for given in calculation.inputs),
        *(line.reference for line in plan.medications),
    ]
    return tuple(dict.fromkeys(fact for fact in facts if fact and "/" in fact))


def same_resources(before: bytes, after: bytes) -> bool:
    """Whether two readings of a record hold the same resources, whatever their order and what the bundle says of itself."""
    old, new = _all(before), _all(after)
    return bool(old) and old == new


def changes(plan: Plan, before: bytes, after: bytes) -> tuple[str, ...]:
    """A sentence for each cited fact that differs; where none does, one that says so.

    Args:
        plan: as it was shown.
        before, after: the record that it was drafted from, and as it was read again.
    """
    old, new = _resources(before), _resources(after)
    names = cited(plan)
    told = [*_changed(names, old, new), *_new(names, old, new)]
    if not told:
        return ("no fact that the plan cites differs; other parts of the record do",)
    return (*told[:_AT_MOST], *((f"and {len(told) - _AT_MOST} more",) if len(told) > _AT_MOST else ()))


def _changed(names: Iterable[str], old: Mapping[str, Resource], new: Mapping[str, Resource]) -> Iterator[str]:
    for name in names:
        if name not in old:
            continue
        if name not in new:
            yield f"{name} is not in the record any more"
        elif differs := _differences(old[name], new[name]):
            yield f"{name}: {'; '.join(differs)}"


def _new(names: Iterable[str], old: Mapping[str, Resource], new: Mapping[str, Resource]) -> Iterator[str]:
    """Facts of a cited kind that were not there before: a newer value of the same laboratory test, for instance."""
    kinds = {kind: name for name in names if name in old and (kind := _kind(old[name]))}
    for name, resource in new.items():
        if name not in old and (kind := _kind(resource)) in kinds:
            values = "; ".join(f"{path} {value}" for path, value in _leaves(resource) if path.startswith("value") and value is not None)
            yield f"{name} is new, of the same kind as {kinds[kind]}" + (f": {values}" if values else "")


def _differences(before: Resource, after: Resource) -> list[str]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return [_said(path, old, new) for path in dict.fromkeys((*old, *new)) if _whole(before, path) != _whole(after, path)]


def _said(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    values = (old.get(path), new.get(path))
    if values == (None, None) or values[0] == values[1]:
        return f"{path} differs"
    return f"{path} {'none' if values[0] is None else values[0]} → {'none' if values[1] is None else values[1]}"


def _leaves(resource: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Paths with their values: numbers, booleans, codes and dates; `None` for text, which is never told."""
    if isinstance(resource, Mapping):
        for name, value in resource.items():
            if path or name not in _SILENT:
                yield from _leaves(value, f"{path}.{name}" if path else name)
    elif isinstance(resource, list):
        for number, value in enumerate(resource):
            yield from _leaves(value, f"{path}[{number}]")
    else:
        yield path, resource if _telling(path, resource) else None


def _telling(path: str, value: object) -> bool:
    last = path.rpartition(".")[2].partition("[")[0]
    return isinstance(value, int | float) or last in _TELLING or last.endswith(_ENDINGS)


def _whole(resource: Any, path: str) -> Any:
    """What stands at a path, told or not."""
    for name in path.replace("[", ".[").split("."):
        if name.startswith("["):
            number = int(name[1:-1])
            resource = resource[number] if isinstance(resource, list) and number < len(resource) else None
        else:
            resource = resource.get(name) if isinstance(resource, Mapping) else None
    return resource


def _kind(resource: Resource) -> tuple[str, str] | None:
    """The type, and the first code of an observation; only values supersede each other."""
    coding = (resource.get("code") or {}).get("coding") if isinstance(resource.get("code"), Mapping) else None
    if resource.get("resourceType") != "Observation" or not isinstance(coding, list) or not coding or not isinstance(coding[0], Mapping):
        return None
    return "Observation", str(coding[0].get("code", ""))


def _all(data: bytes) -> list[bytes]:
    return sorted(msgspec.json.encode(resource, order="deterministic") for _, resource in _entries(data))


def _resources(data: bytes) -> dict[str, Resource]:
    """By `Type/id`."""
    return dict(_entries(data))


def _entries(data: bytes) -> Iterator[tuple[str, Resource]]:
    """Names and resources. What cannot be read has none."""
    try:
        bundle = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return
    entries = bundle.get("entry") if isinstance(bundle, Mapping) else None
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, Mapping) else None
        if isinstance(resource, Mapping):
            name = resource.get("id") or str(entry.get("fullUrl") or "").rpartition("/")[2].rpartition(":")[2]
            yield f"{resource.get('resourceType')}/{name}", resource
