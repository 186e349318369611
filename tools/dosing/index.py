"""The dose rules, by drug, by row and by id."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct, structs

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.clause import Clause, leaves
from tools.clinical.knowledge import load
from tools.clinical.sourcing import citation
from tools.dosing.model import DoseFile, Rule, clauses_of

FOLDER = Path(__file__).parent / "doses"


class Entry(Struct, frozen=True):
    """A rule with what its file says of it, and the observables on which its dose depends.

    `alone` is the rule without the limits that another medicine sets: those are interactions, and raised as such.
    """

    rule: Rule
    alone: Rule
    ref: KnowledgeRef
    evidence: tuple[Citation, ...]
    observables: tuple[str, ...] = ()


class Index(Struct, frozen=True):
    """Every rule in force, found three ways."""

    by_drug: Mapping[str, tuple[Entry, ...]]
    by_row: Mapping[str, tuple[Entry, ...]]
    by_id: Mapping[str, Entry]
    by_words: Mapping[tuple[str, ...], str]

    def drug_of(self, ingredients: Sequence[str]) -> str | None:
        """The name that rules have for a medicine of these ingredients, in whatever order; `None` where there are none."""
        return self.by_words.get(words_of("-".join(ingredients)))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, sorted, so that the order of a combination does not matter."""
    return tuple(sorted(name.split("-")))


def entry_of(file: DoseFile, rule: Rule) -> Entry:
    """A rule of a file with its citation."""
    evidence = (citation(file, rule.source, rule.id, confidence=rule.confidence),)
    return Entry(rule, _alone(rule), file.ref(rule), evidence, observables_of(rule))


@lru_cache(maxsize=1)
def index() -> Index:
    """The rules, read once."""
    by_drug: dict[str, list[Entry]] = {}
    by_row: dict[str, list[Entry]] = {}
    by_id: dict[str, Entry] = {}
    for file in load(FOLDER, DoseFile):
        for rule in file.rule:
            entry = entry_of(file, rule)
            by_drug.setdefault(rule.drug, []).append(entry)
            by_id[rule.id] = entry
            if rule.legacy_id:
                by_row.setdefault(rule.legacy_id, []).append(entry)
    return Index(
        by_drug={name: tuple(entries) for name, entries in by_drug.items()},
        by_row={row: tuple(entries) for row, entries in by_row.items()},
        by_id=by_id,
        by_words={words_of(name): name for name in by_drug},
    )


def _alone(rule: Rule) -> Rule:
    limits = tuple(limit for limit in rule.limits if not any(_asks_for_medicine(clause) for clause in limit.when))
    return rule if limits == rule.limits else structs.replace(rule, limits=limits)


def _asks_for_medicine(clause: Clause) -> bool:
    """Whether another medicine sets it. The absence of one (no inducer that would allow more) is no interaction."""
    parts = [part for inner in (clause.all_of, clause.any_of, clause.of) for part in inner or ()]
    return clause.takes is not None or any(_asks_for_medicine(part) for part in parts)


def observables_of(rule: Rule) -> tuple[str, ...]:
    """Every observable on which the rule's dose depends, the values that they are computed from included."""
    names = [clause.measured for clauses in clauses_of(rule) for clause in leaves(clauses) if clause.measured]
    by_size = [option.amount for option in rule.doses if "/kg" in option.amount or "/m2" in option.amount]
    names += ["body-weight", "body-height"] if by_size else []
    if any(name in {"egfr", "creatinine-clearance", "creatinine-clearance-actual-weight"} for name in names):
        names += ["serum-creatinine"]
    if any(name.startswith("creatinine-clearance") for name in names):
        names += ["body-weight"]
    return tuple(dict.fromkeys(names))
