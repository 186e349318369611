"""The rules, found by the kinds of a medicine and compiled when first needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.clause import Clause, compile_all, compile_clause, leaves
from tools.clinical.conditions import Condition
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.knowledge import load
from tools.clinical.routes import LUNGS, NOSE, SURFACES
from tools.clinical.sourcing import citation, only_once
from tools.contraindications.model import (
    ANY,
    ContraindicationFile,
    Duplicate,
    Pattern,
    PregnancyState,
    RecordFault,
    Rule,
    Statement,
)

DATA = Path(__file__).parent / "data"

# Ways of giving that reach the rest of the body too little for a rule on systemic effects.
LOCAL_ROUTES = SURFACES | NOSE | LUNGS
_SYSTEMIC = ("systemic",)


@dataclass(frozen=True)
class Ready:
    """A statement with what follows from it: its reference, its citations, its compiled condition."""

    statement: Statement
    file: ContraindicationFile

    @cached_property
    def ref(self) -> KnowledgeRef:
        """The rule with the version of its file."""
        return KnowledgeRef(self.statement.id, self.file.version)

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """The sources of the statement."""
        said = self.statement
        return tuple(citation(self.file, name, said.id, grade=said.grade, confidence=said.confidence) for name in said.sources)


@dataclass(frozen=True)
class ReadyRule(Ready):
    """A rule on one medicine."""

    rule: Rule

    @cached_property
    def condition(self) -> Condition:
        """All clauses together."""
        return compile_all(self.rule.when)

    @cached_property
    def needs(self) -> frozenset[str] | None:
        """Names of which one must be a fact for the rule not to be false; `None` where that cannot be said."""
        return _needs_all(self.rule.when)

    @cached_property
    def sieve(self) -> frozenset[str] | None:
        """The same, for rules that say nothing at all where none of the names is a fact; `None` where the rule is to be asked."""
        return None if self.rule.allergy is not None or self.rule.teratogen else self.needs

    @cached_property
    def measured(self) -> frozenset[str]:
        """Observables without which the rule can only be unknown."""
        return frozenset(c.measured for c in self.rule.when if c.measured and c.measured != "age")

    @cached_property
    def excepted(self) -> frozenset[str]:
        """Kinds that it is not about."""
        return frozenset(self.rule.except_)

    @cached_property
    def unmeasured(self) -> tuple[tuple[str, Condition], ...]:
        """The values whose absence the rule is about, each with its own condition."""
        return tuple((c.unmeasured, compile_clause(c)) for c in leaves(self.rule.when) if c.unmeasured)

    def concerns(self, use: MedicationUse) -> bool:
        """Whether kind, start or continuation, route and form of this medicine are those of the rule."""
        rule = self.rule
        return (
            (rule.applies == "start-and-continue" or (rule.applies == "start") == (use.currency == "proposed"))
            and (not self.excepted or self.excepted.isdisjoint(use.kinds))
            and _by_route(rule.routes, use.route)
            and (not rule.forms or any(word in forms_of(use) for word in rule.forms))
        )


@dataclass(frozen=True)
class ReadyDuplicate(Ready):
    """A class of which two are one too many."""

    duplicate: Duplicate


@dataclass(frozen=True)
class ReadyState(Ready):
    """A state of pregnancy."""

    state: PregnancyState

    @cached_property
    def condition(self) -> Condition:
        """Who could be pregnant."""
        return compile_all(self.state.when)


@dataclass(frozen=True)
class ReadyRecordFault(Ready):
    """A fault of the record."""

    record: RecordFault


# What of a medicine decides which rules concern it: kinds, route, form, and whether it would be started.
Seen = tuple[frozenset[str], str | None, str | None, bool]


@dataclass(frozen=True, slots=True)
class Asked:
    """The rules to ask about a medicine, and the files (with versions) in which they were looked for."""

    rules: tuple[tuple[frozenset[str] | None, ReadyRule], ...]
    files: Mapping[str, str]

    def among(self, names: frozenset[str]) -> Iterator[ReadyRule]:
        """The rules that can say something of a patient with these names."""
        return (ready for sieve, ready in self.rules if sieve is None or not sieve.isdisjoint(names))


@dataclass(frozen=True)
class Index:
    """Every rule of some files, by subject."""

    files: tuple[ContraindicationFile, ...]
    by_kind: Mapping[str, tuple[ReadyRule, ...]]
    duplicates: tuple[ReadyDuplicate, ...]
    states: tuple[ReadyState, ...]
    records: tuple[ReadyRecordFault, ...]
    patterns: Mapping[str, Pattern]
    _by_kinds: dict[frozenset[str], tuple[ReadyRule, ...]] = field(default_factory=dict)
    _asked: dict[Seen, Asked] = field(default_factory=dict)

    def rules_for(self, kinds: frozenset[str]) -> tuple[ReadyRule, ...]:
        """Rules on a medicine of these kinds, each once; remembered, since a regimen repeats them."""
        found = self._by_kinds.get(kinds)
        if found is None:
            every = [rule for kind in (*sorted(kinds), ANY) for rule in self.by_kind.get(kind, ())]
            found = tuple({id(rule): rule for rule in every}.values())
            if len(self._by_kinds) < 4096:
                self._by_kinds[kinds] = found
        return found

    def asked_about(self, use: MedicationUse) -> Asked:
        """The rules that concern this medicine, and the files of all that were looked at; remembered, as `rules_for`."""
        seen = (use.kinds, use.route, forms_of(use), use.currency == "proposed")
        found = self._asked.get(seen)
        if found is None:
            rules = self.rules_for(use.kinds)
            concerned = tuple((ready.sieve, ready) for ready in rules if ready.concerns(use))
            found = Asked(concerned, {ready.file.id: ready.file.version for ready in rules})
            if len(self._asked) < 4096:
                self._asked[seen] = found
        return found

    def statement(self, name: str) -> Ready | None:
        """The rule, duplicate class or state of that id."""
        rules = (rule for group in self.by_kind.values() for rule in group)
        return next((ready for ready in (*rules, *self.duplicates, *self.states, *self.records) if ready.statement.id == name), None)


def build(files: Iterable[ContraindicationFile]) -> Index:
    """The index of these files.

    Raises:
        KnowledgeError: two statements have one id.
    """
    files = tuple(files)
    by_kind: dict[str, list[ReadyRule]] = {}
    only_once((file.id, statement.id) for file in files for statement in file.statements())
    for file in files:
        for rule in file.rule:
            ready = ReadyRule(rule, file, rule)
            for kind in rule.subject:
                by_kind.setdefault(kind, []).append(ready)
    return Index(
        files,
        {kind: tuple(rules) for kind, rules in by_kind.items()},
        tuple(ReadyDuplicate(entry, file, entry) for file in files for entry in file.duplicate),
        tuple(ReadyState(entry, file, entry) for file in files for entry in file.state),
        tuple(ReadyRecordFault(entry, file, entry) for file in files for entry in file.record),
        {reaction.name: reaction.pattern for file in files for reaction in file.reaction},
    )


@lru_cache(maxsize=1)
def shipped() -> Index:
    """The index of the knowledge that ships with this tool."""
    return build(load(DATA, ContraindicationFile))


def known_names(facts: Facts) -> frozenset[str]:
    """Names of active problems, derived facts and kinds of medicines taken."""
    names = set(facts.derived)
    for problem in facts.problems:
        if problem.active:
            names |= problem.kinds
    for medication in facts.medications:
        if medication.taken:
            names |= medication.kinds
    return frozenset(names)


def systemic(route: str | None) -> bool:
    """Not known to be local."""
    return route not in LOCAL_ROUTES


_FULL_FORM = re.compile(r"\boral (capsule|tablet)\b")
_RELEASE = re.compile(r"\b(extended|delayed|prolonged|sustained|modified|controlled|slow|retard|er|xl|xr|sr|cr|la|mr|\d+ hr)\b")


def forms_of(use: MedicationUse) -> str:
    """The dosage form, with `immediate` where the full name of an oral form (as RxNorm writes it) says nothing of its release."""
    form, text = (use.form or "").lower(), use.text.lower()
    plain = _FULL_FORM.search(text) and not _RELEASE.search(text) and not _RELEASE.search(form)
    return f"{form} immediate" if plain and "immediate" not in form else form


def _by_route(routes: tuple[str, ...], route: str | None) -> bool:
    if routes == _SYSTEMIC:
        return systemic(route)
    return any(name == "any" or (name == "systemic" and systemic(route)) or name == route for name in routes)


def _needs_all(clauses: Iterable[Clause]) -> frozenset[str] | None:
    found = [names for names in map(_needs, clauses) if names is not None]
    return min(found, key=len) if found else None


def _needs(clause: Clause) -> frozenset[str] | None:
    name = clause.has or clause.takes or clause.proposes
    if name is not None:
        return frozenset((name,))
    if clause.all_of is not None:
        return _needs_all(clause.all_of)
    if clause.any_of is not None:
        parts = [_needs(part) for part in clause.any_of]
        return None if any(part is None for part in parts) else frozenset().union(*(part for part in parts if part))
    return None
