"""Every name that the rules use, so that a test can hold them against the terminology."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tools.clinical.clause import Clause, leaves
from tools.interactions.index import shipped
from tools.interactions.model import Combination, InteractionFile, Statement, clauses_of


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names by what they name.

    Attributes:
        kinds: ingredients and classes of medicines.
        problems: problem names and derived facts.
        observables: measured or computed values.
        phenotypes: `GENE=phenotype`.
    """

    kinds: frozenset[str]
    problems: frozenset[str]
    observables: frozenset[str]
    phenotypes: frozenset[str]


def vocabulary(files: Iterable[InteractionFile] | None = None) -> Vocabulary:
    """The names in these files; without an argument, in those that ship."""
    files = tuple(shipped().files if files is None else files)
    statements = [statement for file in files for statement in file.statements()]
    clauses = [clause for statement in statements for clause in leaves(clauses_of(statement))]
    monitored = {name for statement in statements for name in statement.monitoring}
    measured = {name for clause in clauses if (name := clause.measured or clause.unmeasured) and name != "age"}
    return Vocabulary(
        kinds=frozenset({*_sides(files), *(kind for statement in statements for kind in _in_changes(statement)), *_in_clauses(clauses)}),
        problems=frozenset(clause.has for clause in clauses if clause.has),
        observables=frozenset(measured | monitored),
        phenotypes=frozenset(f"{clause.phenotype}={clause.is_}" for clause in clauses if clause.phenotype),
    )


def _sides(files: Iterable[InteractionFile]) -> Iterator[str]:
    for file in files:
        yield from file.without_rule
        for rule in file.rule:
            yield from (*rule.between, *rule.except_first, *rule.except_second)
        for combination in file.combination:
            yield from _in_combination(combination)


def _in_combination(combination: Combination) -> Iterator[str]:
    yield from combination.all_of
    if combination.count:
        yield from combination.count.of


def _in_changes(statement: Statement) -> Iterator[str]:
    for change in statement.changes:
        yield from (*change.with_, *change.without)


def _in_clauses(clauses: Iterable[Clause]) -> Iterator[str]:
    yield from (clause.medicine for clause in clauses if clause.medicine)
