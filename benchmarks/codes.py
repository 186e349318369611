"""Which codes of third-party records are recognised, by kind of resource; and the most frequent ones that are not.

    python benchmarks/codes.py DATA [HOW MANY TO LIST]

DATA is a folder of FHIR resources and bundles (`*.json`, `*.ndjson`, `*.jsonl`). A concept counts once for each distinct set of
codes and text, and once for each time it is used.
"""

from __future__ import annotations

import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson

from tools.clinical.facts import Coding
from tools.terminology import terminology

Codes = tuple[Coding, ...]
Json = dict[str, Any]
PLACES = {
    "Condition": "code",
    "MedicationRequest": "medicationCodeableConcept",
    "MedicationStatement": "medicationCodeableConcept",
    "MedicationAdministration": "medicationCodeableConcept",
    "MedicationDispense": "medicationCodeableConcept",
    "Medication": "code",
    "Observation": "code",
    "AllergyIntolerance": "code",
    "Immunization": "vaccineCode",
    "Procedure": "code",
}


def recognised(kind: str, codes: Codes, text: str) -> bool:
    """Whether the terminology makes anything of a concept."""
    known = terminology()
    readers: dict[str, Callable[[], object]] = {
        "Condition": lambda: known.problem(codes, text),
        "Observation": lambda: known.observable(codes),
        "AllergyIntolerance": lambda: known.allergen(codes, text).kinds,
        "Immunization": lambda: known.immunization(codes, text),
        "Procedure": lambda: known.procedure(codes, text),
    }
    return bool(readers.get(kind, lambda: known.medication(text, codes).names)())


def resources(folder: Path) -> Iterator[Json]:
    """Every resource of every file, those inside bundles included."""
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".json":
            yield from _within(orjson.loads(path.read_bytes()))
        elif path.suffix in (".ndjson", ".jsonl"):
            for line in path.read_bytes().splitlines():
                yield from _within(orjson.loads(line) if line.strip() else None)


def _within(node: object) -> Iterator[Json]:
    if isinstance(node, dict):
        if node.get("resourceType") in PLACES:
            yield from _measured(node) if node.get("component") else (node,)
            return
        for value in node.values():
            yield from _within(value)
    elif isinstance(node, list):
        for value in node:
            yield from _within(value)


def _measured(observation: Json) -> Iterator[Json]:
    """The components of a panel, which hold its values."""
    yield from ({"resourceType": "Observation", "code": part.get("code")} for part in observation["component"])


def concept(resource: Json) -> tuple[str, Codes, str] | None:
    """The kind of resource, the codes and the text that say what it is about."""
    kind = str(resource["resourceType"])
    stated = resource.get(PLACES[kind])
    if not isinstance(stated, dict) or not (stated.get("coding") or stated.get("text")):
        return None
    codings = stated.get("coding") or ()
    codes = tuple(Coding(c.get("system", ""), str(c.get("code", "")), c.get("display", "")) for c in codings if isinstance(c, dict))
    return kind, codes, stated.get("text") or (codes[0].display if codes else "")


def main(folder: Path, listed: int) -> None:
    """Print shares and misses."""
    used: dict[str, Counter[tuple[Codes, str]]] = defaultdict(Counter)
    for resource in resources(folder):
        found = concept(resource)
        if found:
            used[found[0]][found[1:]] += 1
    for kind in sorted(used):
        known = {entry for entry in used[kind] if recognised(kind, *entry)}
        times, all_times = sum(used[kind][entry] for entry in known), used[kind].total()
        print(f"{kind:26} {len(known):5}/{len(used[kind]):<5} concepts   {times:6}/{all_times:<6} uses = {times / all_times:.1%}")
        for (codes, text), count in [(entry, n) for entry, n in used[kind].most_common() if entry not in known][:listed]:
            print(f"   {count:5} × {codes[0].code if codes else '':14} {text[:90]}")


if __name__ == "__main__":
    shared = Path(os.environ.get("CAREWRIGHT_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "data" / "fhir"
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else shared
    if data.is_dir():
        main(data, int(sys.argv[2]) if len(sys.argv) > 2 else 10)
    else:
        print("There are no records here: give a folder, or set CAREWRIGHT_SHARED.")
