"""The rules, found by the kinds of two medicines with a few operations on bit masks.

Every rule is one bit. A medicine has two masks: the rules whose first side it is, and those whose second side it is. The rules on
a pair are then `first(a) & second(b) | first(b) & second(a)`; masks are remembered by kinds, since a regimen repeats them.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from tools.clinical.answer import Citation, KnowledgeRef, Severity, severity_rank
from tools.clinical.clause import compile_all, leaves
from tools.clinical.conditions import Condition
from tools.clinical.knowledge import knowledge_digest, load
from tools.clinical.sourcing import citation, only_once
from tools.interactions.discipline import Discipline, shipped_discipline
from tools.interactions.model import SPECIFICITY, Change, Combination, InteractionFile, Rule, Statement

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True)
class ReadyChange:
    """A change with its condition compiled."""

    change: Change
    rank: int
    kinds: frozenset[str]
    barred: frozenset[str]

    @cached_property
    def condition(self) -> Condition | None:
        """All clauses together; `None` where the medicines alone decide."""
        return compile_all(self.change.when) if self.change.when else None

    @cached_property
    def names_medicines(self) -> bool:
        """Whether the answer may differ from pair to pair."""
        return any(clause.medicine for clause in leaves(self.change.when))

    def concerns(self, kinds: frozenset[str]) -> bool:
        """Whether the medicines concerned are those that the change is about."""
        return (not self.kinds or not self.kinds.isdisjoint(kinds)) and self.barred.isdisjoint(kinds)


class Ready(ABC):
    """A statement with what follows from it: its reference, its citations, its compiled conditions."""

    def __init__(self, statement: Statement, file: InteractionFile) -> None:
        self.statement = statement
        self.file = file
        self.id = statement.id
        self.ref = KnowledgeRef(statement.id, file.version)
        self.rank = severity_rank(statement.severity)
        self.plain = not (statement.changes or statement.intended)

    @abstractmethod
    def side(self, position: int) -> frozenset[str]:
        """The kinds by which the rule names the medicine at that position."""

    @cached_property
    def citations(self) -> tuple[Citation, ...]:
        """The sources of the statement."""
        said = self.statement
        return tuple(citation(self.file, name, said.id, grade=said.grade, confidence=said.confidence) for name in said.sources)

    @cached_property
    def changes(self) -> tuple[ReadyChange, ...]:
        """The changes, gravest first."""
        ready = (ReadyChange(c, _rank(c.to), frozenset(c.with_), frozenset(c.without)) for c in self.statement.changes)
        return tuple(sorted(ready, key=lambda change: -change.rank))

    @cached_property
    def intended(self) -> Condition | None:
        """When the combination is meant; `None` where the rule does not say."""
        return compile_all(self.statement.intended) if self.statement.intended else None

    @cached_property
    def also_by(self) -> frozenset[str]:
        """Local routes by which the rule counts nevertheless."""
        return frozenset(self.statement.also_by)


class ReadyRule(Ready):
    """A rule on a pair."""

    def __init__(self, rule: Rule, file: InteractionFile, bit: int) -> None:
        super().__init__(rule, file)
        self.rule = rule
        self.bit = bit
        self.first, self.second = rule.between
        self.symmetric = self.first == self.second
        self.specificity = SPECIFICITY[rule.level]
        self.fallback = rule.fallback
        self.settles = rule.settles
        self.sides = frozenset((self.first,)), frozenset((self.second,))

    def side(self, position: int) -> frozenset[str]:
        """The one kind of that side."""
        return self.sides[position]


class ReadyCombination(Ready):
    """A rule on a regimen."""

    def __init__(self, combination: Combination, file: InteractionFile) -> None:
        super().__init__(combination, file)
        self.combination = combination
        count = combination.count
        self.counted: frozenset[str] = frozenset(count.of) if count else frozenset()
        self.named = self.counted.union(combination.all_of)
        self.alone = len(combination.all_of) < 2 and (count is None or count.at_least < 2)

    def side(self, position: int) -> frozenset[str]:
        """Every kind that the combination names."""
        return self.named

    @cached_property
    def condition(self) -> Condition | None:
        """What must hold besides; `None` where nothing must."""
        return compile_all(self.combination.when) if self.combination.when else None


@dataclass(frozen=True)
class Index:
    """Every rule of some files, by the bits of its sides."""

    files: tuple[InteractionFile, ...]
    rules: tuple[ReadyRule, ...]
    combinations: tuple[ReadyCombination, ...]
    discipline: Discipline
    _firsts: dict[str, int]
    _seconds: dict[str, int]
    _masks: dict[frozenset[str], tuple[int, int]] = field(default_factory=dict)
    _among: dict[int, tuple[ReadyRule, ...]] = field(default_factory=dict)
    _naming: dict[frozenset[str], int] = field(default_factory=dict)

    def masks(self, kinds: frozenset[str]) -> tuple[int, int]:
        """The rules whose first side, and those whose second side, a medicine of these kinds can be."""
        found = self._masks.get(kinds)
        if found is None:
            found = self._side(self._firsts, kinds, 0), self._side(self._seconds, kinds, 1)
            if len(self._masks) < 8192:
                self._masks[kinds] = found
        return found

    def _side(self, sides: dict[str, int], kinds: frozenset[str], which: int) -> int:
        mask = 0
        for kind in kinds:
            mask |= sides.get(kind, 0)
        for rule in self._of(mask):
            barred = rule.rule.except_second if which else rule.rule.except_first
            if barred and not kinds.isdisjoint(barred):
                mask &= ~(1 << rule.bit)
        return mask

    def among(self, mask: int) -> tuple[ReadyRule, ...]:
        """The rules of a mask, most specific first."""
        found = self._among.get(mask)
        if found is None:
            found = tuple(sorted(self._of(mask), key=lambda rule: (-rule.specificity, -rule.rank, rule.id)))
            if len(self._among) < 65536:
                self._among[mask] = found
        return found

    def _of(self, mask: int) -> Iterator[ReadyRule]:
        while mask:
            bit = mask & -mask
            yield self.rules[bit.bit_length() - 1]
            mask ^= bit

    def naming(self, kinds: frozenset[str]) -> int:
        """The combinations that name one of these kinds, as a mask."""
        found = self._naming.get(kinds)
        if found is None:
            found = sum(1 << bit for bit, ready in enumerate(self.combinations) if not ready.named.isdisjoint(kinds))
            if len(self._naming) < 8192:
                self._naming[kinds] = found
        return found

    @cached_property
    def alone(self) -> int:
        """The combinations that one ingredient can fulfil, as a mask."""
        return sum(1 << bit for bit, ready in enumerate(self.combinations) if ready.alone)

    @cached_property
    def covered(self) -> frozenset[str]:
        """Every kind that a rule names, and the ingredients that were considered and need none."""
        considered = (file.without_rule for file in self.files)
        return frozenset({*self._firsts, *self._seconds}).union(*(ready.named for ready in self.combinations), *considered)

    @cached_property
    def by_id(self) -> dict[str, Ready]:
        """Rules and combinations by id."""
        return {ready.id: ready for ready in (*self.rules, *self.combinations)}

    @cached_property
    def ref(self) -> KnowledgeRef:
        """This knowledge as a whole, by its digest."""
        return KnowledgeRef("interactions", knowledge_digest((*self.files, self.discipline))[:12])


def build(files: Iterable[InteractionFile], discipline: Discipline) -> Index:
    """The index of these files.

    Raises:
        KnowledgeError: two statements have one id.
    """
    files = tuple(files)
    only_once((file.id, statement.id) for file in files for statement in file.statements())
    rules: list[ReadyRule] = []
    firsts: dict[str, int] = {}
    seconds: dict[str, int] = {}
    for file in files:
        for rule in file.rule:
            bit = 1 << len(rules)
            rules.append(ReadyRule(rule, file, len(rules)))
            firsts[rule.between[0]] = firsts.get(rule.between[0], 0) | bit
            seconds[rule.between[1]] = seconds.get(rule.between[1], 0) | bit
    combinations = tuple(ReadyCombination(entry, file) for file in files for entry in file.combination)
    return Index(files, tuple(rules), combinations, discipline, firsts, seconds)


@lru_cache(maxsize=1)
def shipped() -> Index:
    """The index of the knowledge that ships with this tool."""
    return build(load(DATA, InteractionFile), shipped_discipline())


def _rank(to: Severity | str) -> int:
    return -1 if to == "off" else severity_rank(to)  # type: ignore[arg-type]
