"""What a record can set, worked out from the knowledge files until nothing is added any more.

| word of a condition | can hold where |
|---|---|
| `has` | a code of a problem, or of one below it, carries the name; a calculator's trend sets it; in guidelines also a definition that can hold, a recent or missing event with a code, an order not to give, a rule that derives it |
| `measured` | a code of an observable carries it, or it is computed from values that can be there |
| `takes` and others of medicines | it is an ingredient, or a class with members |
| `allergic_to` | an allergen with a code, or a medicine, carries the name |
| `unmeasured`, `none_of`, `sex`, `pregnancy`, `phenotype` | always: absence, and what every record may say |

Text alone does not count: a name that only its own words would set is set by no record that others wrote.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from agent.knowledge_index import ROOT, held
from agent.opioid_dose import OBSERVABLE as OPIOID_DOSE
from agent.reach.uses import MEDICINE
from tools.calculators.engine import catalogue
from tools.calculators.model import Input
from tools.calculators.weights import ACTUAL_CLEARANCE, CLEARANCE
from tools.clinical.clause import Clause
from tools.guidelines.computed_value import Computed
from tools.guidelines.modules import definitions, modules, shared
from tools.terminology import terminology

GUIDELINES = frozenset({"guidelines", "guidelines-shared", "aftercare", "tradeoffs"})
"""Kinds of files whose conditions see what the guidelines define and derive."""

_CODES = ("snomed", "icd10", "loinc", "cvx", "cpt", "icd10pcs", "rxnorm")


@dataclass
class Settable:
    """Names that can be set.

    Attributes:
        problems: by codes and calculators, for every tool.
        stated: further ones, that guidelines alone define or derive.
        events: kinds of dated events.
    """

    problems: set[str] = field(default_factory=set)
    stated: set[str] = field(default_factory=set)
    observables: set[str] = field(default_factory=set)
    allergens: set[str] = field(default_factory=set)
    events: set[str] = field(default_factory=set)

    @property
    def size(self) -> int:
        """How much is known so far."""
        return len(self.problems) + len(self.stated) + len(self.observables)

    def can_hold(self, clauses: Iterable[Clause], guidelines: bool) -> bool:
        """Whether there can be a record in which all of these hold; `guidelines`: their definitions are seen."""
        return all(self._clause(clause, guidelines) for clause in clauses)

    def names(self, word: str, name: str, guidelines: bool) -> bool:
        """Whether this name can be set where a condition asks for it with this word."""
        if word == "has":
            return name in self.problems or (guidelines and name in self.stated)
        if word == "happened":
            return name in self.problems or name in self.events
        if word == "measured":
            return name == "age" or name in self.observables
        if word == "allergic_to":
            return name in self.allergens or terminology().is_drug_kind(name)
        return terminology().is_drug_kind(name) and bool(terminology().members(name) or terminology().ingredient(name))

    def _clause(self, clause: Clause, guidelines: bool) -> bool:
        if clause.all_of is not None:
            return self.can_hold(clause.all_of, guidelines)
        if clause.any_of is not None:
            return any(self._clause(part, guidelines) for part in clause.any_of)
        if clause.of is not None:
            return sum(self._clause(part, guidelines) for part in clause.of) >= int(clause.at_least or 0)
        return all(self.names(word, name, guidelines) for word, name in _positive(clause))


def settable() -> Settable:
    """Everything that some record can set."""
    found = Settable()
    _coded(found)
    size = -1
    while found.size != size:
        size = found.size
        _calculated(found)
        _stated(found)
    return found


def _positive(clause: Clause) -> Iterator[tuple[str, str]]:
    for word in ("has", "measured", "allergic_to", *MEDICINE):
        name = getattr(clause, word)
        if name:
            yield ("takes" if word in MEDICINE else word), name


def _coded(found: Settable) -> None:
    known = terminology()
    for entry in held():
        document: Any = entry.document
        if entry.kind.name == "problems":
            for name in (problem.name for problem in document.problem if _has_code(problem)):
                found.problems |= known.problem_parents(name)
        elif entry.kind.name == "observables":
            found.observables |= {each.name for each in document.observable if _has_code(each)}
        elif entry.kind.name == "allergens":
            _add_with_parents(found.allergens, [e for e in document.allergen if _has_code(e)], document.allergen)
        elif entry.kind.name == "events":
            for kinds in (document.immunization, document.procedure):
                _add_with_parents(found.events, [e for e in kinds if _has_code(e)], kinds)
    _by_the_reader(found, tomllib.loads((ROOT / "agent/fhir/special.toml").read_text("utf-8")))
    found.observables |= {OPIOID_DOSE, CLEARANCE, ACTUAL_CLEARANCE}


def _by_the_reader(found: Settable, known: dict[str, Any]) -> None:
    """What the reader of a record sets by itself: answers, results in words, what is planned, ancestry."""
    states, planned = known["states"], known["planned"]
    found.events |= {*states["answered"].values(), *states["assessed"].values(), *states["found"]["kinds"]}
    found.events |= {states["found"]["positive"], states["found"]["negative"]}
    found.events |= {kind for answers in (*states["valued"].values(), *states["tested"].values()) for kind in answers.values()}
    found.problems |= {*states["lasting"], *(state["name"] for state in known["family"]["state"])}
    for names in (*known["ancestry"]["codes"].values(), *planned["soon"].values()):
        found.problems |= set(names)
    found.problems |= {name for kind, names in planned["kinds"].items() if kind in found.events for name in names}


def _has_code(entry: Any) -> bool:
    return any(getattr(entry, system, None) for system in _CODES)


def _add_with_parents(names: set[str], entries: list[Any], every: Iterable[Any]) -> None:
    above = {entry.name: entry.is_a for entry in every}
    waiting = [entry.name for entry in entries]
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting += above.get(name, ())


def _calculated(found: Settable) -> None:
    for listed in catalogue().values():
        made = listed.calculator
        if made.derives and found.can_hold(made.only_when, False) and all(_given(each, found) for each in made.input):
            found.observables.add(made.derives)
    for entry in held():
        if entry.kind.name == "trends":
            trends: Any = entry.document
            found.problems |= {trend.name for trend in trends.trend if trend.observable in found.observables}


def _given(given: Input, found: Settable) -> bool:
    return given.optional or not given.observable or found.names("measured", given.observable, False)


def _stated(found: Settable) -> None:
    for name, when in definitions().items():
        if found.can_hold(when, True):
            found.stated.add(name)
    for module in modules().values():
        for rule in module.rules:
            derives = {do.derive for do in rule.do if do.derive}
            if derives and found.can_hold(rule.recommendation.when, True):
                found.stated |= derives
    common = shared()
    found.stated |= {each.name for each in common.overdue} | {each.name for each in common.declined}
    for happening in common.recent:
        if any(found.names("happened", name, True) for name in happening.problems):
            (found.problems if happening.everywhere else found.stated).add(happening.name)
            found.stated |= {happening.undated} - {""}
    found.observables |= {each.name for each in common.computed if _computable(each, found)}


def _computable(entry: Computed, found: Settable) -> bool:
    values = [
        n for n in (entry.minus_goal, entry.times_upper_limit, entry.change_of, entry.values_of, entry.least_of, *entry.difference) if n
    ]
    since = [name for name in (*entry.months_since, *entry.episodes, *entry.acute_care_for) if name != "module"]
    dated = not since or any(found.names("happened", name, True) for name in since)
    return (dated or bool(entry.orders_of or entry.values_of)) and all(name in found.observables for name in values)
