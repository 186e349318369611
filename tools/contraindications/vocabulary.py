"""Every name that the rules use, so that a test can hold them against the terminology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.clinical.clause import Clause, leaves
from tools.contraindications.index import shipped
from tools.contraindications.model import ANY, LIST, PATTERNS, SAME, ContraindicationFile


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by what they name.

    Attributes:
        kinds: ingredients and classes of medicines.
        problems: problem names and derived facts.
        observables: measured or computed values.
        allergens: names of allergies; ingredients, classes and substances that are no medicine.
        reactions: names of reactions that are read.
        phenotypes: `GENE=phenotype`.
    """

    kinds: frozenset[str]
    problems: frozenset[str]
    observables: frozenset[str]
    allergens: frozenset[str]
    reactions: frozenset[str]
    phenotypes: frozenset[str]


def vocabulary(files: Iterable[ContraindicationFile] | None = None) -> Vocabulary:
    """The names in these files; without an argument, in those that ship."""
    files = tuple(shipped().files if files is None else files)
    clauses = [clause for file in files for clause in _clauses(file)]
    matches = [rule.allergy for file in files for rule in file.rule if rule.allergy is not None]
    return Vocabulary(
        kinds=frozenset(_kinds(files, clauses)) - {ANY, LIST, SAME},
        problems=frozenset(clause.has for clause in clauses if clause.has),
        observables=frozenset(name for clause in clauses if (name := clause.measured or clause.unmeasured) and name != "age"),
        allergens=frozenset(name for match in matches for name in (*match.to, *match.beside)) - {SAME},
        reactions=frozenset(reaction.name for file in files for reaction in file.reaction)
        | frozenset(name for match in matches for name in match.reactions if name not in PATTERNS),
        phenotypes=frozenset(f"{clause.phenotype}={clause.is_}" for clause in clauses if clause.phenotype),
    )


def _clauses(file: ContraindicationFile) -> Iterator[Clause]:
    for rule in file.rule:
        yield from leaves(rule.when)
    for state in file.state:
        yield from leaves(state.when)


def _kinds(files: Iterable[ContraindicationFile], clauses: Iterable[Clause]) -> Iterator[str]:
    for file in files:
        for rule in file.rule:
            yield from (*rule.subject, *rule.except_)
        for entry in file.duplicate:
            yield from (entry.of, *entry.except_, *(kind for pair in entry.accepted for kind in pair))
    yield from (clause.medicine for clause in clauses if clause.medicine)
