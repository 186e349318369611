"""The same patient with one fact changed: kidney function, pregnancy, an allergy, two years of age."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import orjson

from agent.planning import make_plan
from scenarios.builders import allergy, birth_date, observation, patient
from scenarios.story import Telling
from tools.clinical.plan import Plan
from tools.terminology import terminology

Json = dict[str, Any]
CHANGES = ("eGFR 55 to 25", "age 64 to 66", "not pregnant to pregnant", "allergic to what would be begun")
_KIDNEY = ("egfr", "serum-creatinine", "creatinine-clearance")
_CHILDBEARING = range(18, 50)


@dataclass(frozen=True)
class Altered:
    """Two bundles that differ in one fact.

    Attributes:
        change: what is changed, in words that are the same for every patient.
        names: how rules name the fact.
        references: the entries that hold it.
        told: the patient before the change is the one who was told, whose plan may be known.
    """

    name: str
    change: str
    as_of: date
    before: bytes
    after: bytes
    names: frozenset[str]
    references: frozenset[str]
    told: bool = False


def altered(telling: Telling, plan: Plan | None = None) -> Iterator[Altered]:
    """Each change of one fact that this patient can undergo; the plan, where it is known, need not be made again."""
    resources: list[Json] = [entry["resource"] for entry in orjson.loads(telling.bundle)["entry"]]
    yield _kidney(telling, resources)
    yield _age(telling, resources)
    if resources[0].get("gender") == "female" and _years(resources[0], telling.as_of) in _CHILDBEARING:
        yield _pregnancy(telling, resources)
    begun = _first_start(plan or make_plan(telling.bundle, telling.as_of))
    if begun:
        yield _allergy(telling, resources, begun)


def _kidney(telling: Telling, resources: list[Json]) -> Altered:
    """An eGFR of 55 and one of 25, measured ten days ago; what the record says of creatinine is left out in both."""
    codes = {found.title for name in _KIDNEY if (found := terminology().observable_named(name))}
    kept = [r for r in resources if not any(c.get("display") in codes for c in r.get("code", {}).get("coding", ()))]
    before, after = ([*kept, _observed("egfr", f"{value} mL/min/{{1.73_m2}}", telling.as_of)] for value in (55, 25))
    names = {"egfr", "creatinine-clearance", "chronic-kidney-disease", "ckd-3a", "ckd-3b", "ckd-4"}
    return _two(telling, CHANGES[0], before, after, names, "Observation/altered")


def _observed(name: str, value: str, as_of: date) -> Json:
    found = observation(name, value, when=as_of - timedelta(days=10))
    return {**found, "id": "altered", "subject": {"reference": "Patient/patient-1"}}


def _age(telling: Telling, resources: list[Json]) -> Altered:
    before, after = (
        [{**resources[0], "birthDate": birth_date(age, telling.as_of).isoformat()}, *deepcopy(resources[1:])] for age in (64, 66)
    )
    return _two(telling, CHANGES[1], before, after, {"age"}, "Patient/patient-1")


def _pregnancy(telling: Telling, resources: list[Json]) -> Altered:
    codes = {one["code"]["coding"][0]["code"] for state in ("pregnant", "lactating", "planning") for one in _states(state, telling.as_of)}
    kept = [r for r in resources if not any(c.get("code") in codes for c in r.get("code", {}).get("coding", ()))]
    before, after = ([*kept, {**_states(state, telling.as_of)[0], "id": "altered", **_MINE}] for state in ("none", "pregnant"))
    return _two(telling, CHANGES[2], before, after, {"pregnancy", "pregnant"}, "Observation/altered")


_MINE = {"subject": {"reference": "Patient/patient-1"}}


def _states(state: str, as_of: date) -> tuple[Json, ...]:
    return patient(as_of=as_of, pregnancy=state).also


def _allergy(telling: Telling, resources: list[Json], drug: str) -> Altered:
    reacted = {**allergy(drug, reaction="anaphylaxis", criticality="high"), "id": "altered", "patient": _MINE["subject"]}
    names = {"allergic_to", drug, drug.replace("-", " ")}
    found = _two(telling, CHANGES[3], resources, [*resources, reacted], names, "AllergyIntolerance/altered")
    return replace(found, before=telling.bundle, told=True)


def _first_start(plan: Plan) -> str | None:
    begun = (item.subject.ingredients for item in plan.items if item.action == "start")
    return next((ingredients[0].name for ingredients in begun if len(ingredients) == 1), None)


def _two(telling: Telling, what: str, before: list[Json], after: list[Json], names: set[str], reference: str) -> Altered:
    return Altered(
        f"{telling.name}, {what}", what, telling.as_of, _bundle(before), _bundle(after), frozenset(names), frozenset({reference})
    )  # fmt: skip


def _bundle(resources: list[Json]) -> bytes:
    return orjson.dumps({"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources]})


def _years(person: Json, as_of: date) -> int:
    born = date.fromisoformat(person["birthDate"]) if "birthDate" in person else as_of
    return as_of.year - born.year - ((as_of.month, as_of.day) < (born.month, born.day))
