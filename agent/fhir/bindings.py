"""What fhir.resources leaves unchecked in what is written: required bindings, references within the bundle, a few invariants."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any


@lru_cache(maxsize=1)
def required() -> dict[str, frozenset[str]]:
    """The codes that each bound element may have, by its path."""
    raw = tomllib.loads(Path(__file__).with_name("bindings.toml").read_text("utf-8"))
    return {path: frozenset(codes) for path, codes in raw.items()}


def faults(bundle: dict[str, Any]) -> tuple[str, ...]:
    """A sentence for each fault, with the path of its element; no value of the record is named."""
    entries = bundle.get("entry", [])
    here = {entry.get("fullUrl") for entry in entries}
    found = list(_unbound("Bundle", {key: value for key, value in bundle.items() if key != "entry"}))
    if len(here) != len(entries):
        found.append("Bundle.entry.fullUrl: missing, or given twice")
    for entry in entries:
        resource = entry["resource"]
        kind = resource["resourceType"]
        found += _unbound("Bundle.entry", {key: value for key, value in entry.items() if key != "resource"})
        found += _unbound(kind, resource)
        found += [f"{path}: refers to an entry that the bundle does not have" for path, r in _references(kind, resource) if r not in here]
        found += [f"{kind}{path}" for path in _INVARIANTS.get(kind, _none)(resource)]
    return tuple(found)


def _unbound(path: str, value: Any) -> Iterator[str]:
    codes = required().get(path)
    if codes is not None and value not in codes:
        yield f"{path}: not a code of its required value set"
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _unbound(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _unbound(path, inner)


def _references(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "reference" and isinstance(inner, str) and inner.startswith("urn:"):
                yield path, inner
            else:
                yield from _references(f"{path}.{key}", inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(path, inner)


def _none(_: dict[str, Any]) -> Iterator[str]:
    return iter(())


def _care_plan(resource: dict[str, Any]) -> Iterator[str]:
    """cpl-3: an activity has a detail or a reference, not both."""
    for activity in resource.get("activity", ()):
        if ("detail" in activity) == ("reference" in activity):
            yield ".activity: exactly one of detail and reference (cpl-3)"


def _goal(resource: dict[str, Any]) -> Iterator[str]:
    """gol-1: a target's detail needs its measure."""
    for target in resource.get("target", ()):
        if any(key.startswith("detail") for key in target) and "measure" not in target:
            yield ".target: a detail without its measure (gol-1)"


def _provenance(resource: dict[str, Any]) -> Iterator[str]:
    if not any(agent.get("who") for agent in resource.get("agent", ())):
        yield ".agent: nobody is named"


_INVARIANTS = {"CarePlan": _care_plan, "Goal": _goal, "Provenance": _provenance}
