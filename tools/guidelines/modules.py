"""The modules, put together from their files once, with every condition compiled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.clause import Clause, compile_all, leaves, within_days
from tools.clinical.conditions import Condition
from tools.clinical.errors import KnowledgeError
from tools.clinical.knowledge import load
from tools.clinical.sourcing import citation
from tools.guidelines.computed_value import Computed
from tools.guidelines.model import Do, GuidelineFile, Recommendation, expanded
from tools.guidelines.results import DecisionUrgency
from tools.guidelines.shared import Shared

FOLDER = Path(__file__).parent / "modules"
SHARED = Path(__file__).parent / "shared"


@dataclass(frozen=True)
class Rule:
    """A recommendation, compiled, with the citation that its decisions carry.

    Attributes:
        matters: not knowing whether it holds is worth a test or a question.
        ends_or_changes: it stops, holds or changes a medicine.
    """

    recommendation: Recommendation
    module: str
    citation: Citation
    file: KnowledgeRef
    matters: bool
    ends_or_changes: bool
    urgency: DecisionUrgency

    @cached_property
    def when(self) -> Condition:
        """Its condition, compiled at first use: a patient needs a few modules of many."""
        return compiled(self.recommendation.when)

    @property
    def do(self) -> tuple[Do, ...]:
        """What it says to do."""
        return self.recommendation.do

    @cached_property
    def _windows(self) -> Mapping[str, int]:
        asked = [(clause.unmeasured, within_days(clause.within)) for clause in leaves(self.recommendation.when)]
        return {name: days for name, days in sorted(asked, key=lambda pair: -(pair[1] or 0)) if name and days}

    def window(self, observable: str) -> int | None:
        """For how many days a value of it is young enough for this rule: as its condition says of it, else as it says of its tests,
        whichever is shortest; `None` where it says nothing.
        """
        return self._windows.get(observable) or min(self._windows.values(), default=None)


@dataclass(frozen=True)
class Module:
    """A condition with its decisions.

    Attributes:
        kinds: problems that make it apply.
        status: observables that show the present state.
        treats_with: drugs and classes that are treatment of this condition.
        inclusive: rules of slots 1-29; all that hold are heard.
        choices: rules of slots 30-99, by slot; the first that holds decides.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    order: int
    status: tuple[str, ...]
    red_flags: tuple[str, ...]
    treats_with: frozenset[str]
    indication: str | None
    youngest: int
    only_when: Condition
    also_when: Condition | None
    can_wait: bool
    inclusive: tuple[Rule, ...]
    choices: tuple[tuple[int, tuple[Rule, ...]], ...]
    files: tuple[KnowledgeRef, ...]
    sources: tuple[Citation, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule, in the order of slots and ranks."""
        return (*self.inclusive, *(rule for _, rules in self.choices for rule in rules))


@lru_cache(maxsize=1)
def files() -> tuple[GuidelineFile, ...]:
    """Every file of the modules. Raises KnowledgeError: a file is malformed, or two files have a recommendation of one id."""
    return told_apart(load(FOLDER, GuidelineFile))


def told_apart(found: tuple[GuidelineFile, ...]) -> tuple[GuidelineFile, ...]:
    """The files as they are. Raises KnowledgeError: two of them have a recommendation of one id."""
    where: dict[str, str] = {}
    for file in found:
        for rule in file.recommendation:
            if rule.id in where:
                raise KnowledgeError(f"{file.id}: the recommendation {rule.id!r} stands in {where[rule.id]} already")
            where[rule.id] = file.id
    return found


@lru_cache(maxsize=1)
def shared() -> Shared:
    """What all modules share: computed values, preferred members of classes, paces. Raises KnowledgeError."""
    return Shared.merged(load(SHARED, Shared))


@dataclass(frozen=True)
class ComputedValues:
    """The values that are computed: alike for all modules, and for each module its own."""

    of_all: tuple[Computed, ...]
    of_module: tuple[Computed, ...]


@lru_cache(maxsize=1)
def computed_values() -> ComputedValues:
    """The values that the shared knowledge says how to compute."""
    entries = shared().computed
    return ComputedValues(tuple(e for e in entries if not e.of_module), tuple(e for e in entries if e.of_module))


@lru_cache(maxsize=1)
def common() -> tuple[KnowledgeRef, ...]:
    """The files that every run uses: definitions, computed values, choices and pace."""
    documents = (*(file for file in files() if file.definition), *load(SHARED, Shared))
    return tuple(KnowledgeRef(document.id, document.version) for document in documents)


@lru_cache(maxsize=1)
def definitions() -> dict[str, tuple[Clause, ...]]:
    """Every defined name of every file."""
    found: dict[str, tuple[Clause, ...]] = {}
    for file in files():
        for definition in file.definition:
            if definition.name in found:
                raise KnowledgeError(f"{file.id}: the name {definition.name!r} is defined twice")
            found[definition.name] = definition.when
    return found


@lru_cache(maxsize=65536)
def compiled(when: tuple[Clause, ...], of: str = "") -> Condition:
    """A `when` list as one condition, with defined names expanded; `of` is the name that it defines, if it is a definition."""
    return compile_all(tuple(expanded(clause, definitions(), (of,) if of in definitions() else ()) for clause in when))


@lru_cache(maxsize=1)
def modules() -> Mapping[str, Module]:
    """All modules by id, in the order in which they decide.

    Raises:
        KnowledgeError: a file is malformed, or a module has no head.
    """
    heads = [file for file in files() if file.module is not None]
    missing = {file.about for file in files() if file.recommendation} - {file.about for file in heads}
    if missing:
        raise KnowledgeError(f"no file has the [module] table of {', '.join(sorted(missing))}")
    built = [_module(head, [file for file in files() if file.about == head.about]) for head in heads]
    return {module.id: module for module in sorted(built, key=lambda m: (m.order, m.id))}


@lru_cache(maxsize=1)
def asked_first() -> Mapping[str, tuple[str, ...]]:
    """The recommendations that hang on what no record answers, by id, each with its questions."""
    rules = (rule.recommendation for module in modules().values() for rule in module.rules)
    return {rule.id: rule.asks_first for rule in rules if rule.asks_first}


def knows(identifier: str, version: str) -> bool:
    """Whether a file or a recommendation of this id is in force in this version."""
    return version in _versions().get(identifier, ())


@lru_cache(maxsize=1)
def _versions() -> Mapping[str, tuple[str, ...]]:
    known = {file.id: (file.version,) for file in files()}
    known |= {rule.id: (file.version,) for file in files() for rule in file.recommendation}
    known |= {reference.id: (reference.version,) for reference in common()}
    return known


def _module(head: GuidelineFile, parts: list[GuidelineFile]) -> Module:
    about = head.module
    assert about is not None
    rules = sorted((rule for file in parts for rule in _rules(file)), key=lambda r: (r.recommendation.slot, r.recommendation.rank))
    slots = sorted({rule.recommendation.slot for rule in rules if rule.recommendation.exclusive})
    sources = tuple(dict.fromkeys(citation(file, source.id, file.id) for file in parts for source in file.source[:1]))
    return Module(
        id=head.about,
        title=about.title,
        kinds=about.kinds,
        order=about.order,
        status=about.status,
        red_flags=about.red_flags,
        treats_with=frozenset(about.treats_with),
        indication=about.indication,
        youngest=about.youngest,
        only_when=compiled(about.only_when),
        also_when=compiled(about.also_when) if about.also_when else None,
        can_wait=about.can_wait,
        inclusive=tuple(rule for rule in rules if not rule.recommendation.exclusive),
        choices=tuple((slot, tuple(rule for rule in rules if rule.recommendation.slot == slot)) for slot in slots),
        files=tuple(KnowledgeRef(file.id, file.version) for file in parts),
        sources=sources,
    )


def _rules(file: GuidelineFile) -> list[Rule]:
    reference = KnowledgeRef(file.id, file.version)
    return [
        Rule(
            recommendation=rule,
            module=file.about,
            citation=citation(file, rule.source.split(" ")[0], rule.id, locator=rule.locator, grade=rule.grade, confidence=rule.confidence),
            file=reference,
            matters=rule.matters,
            ends_or_changes=any(do.verb in {"stop", "hold", "change"} for do in rule.do),
            urgency=next((do.escalate for do in rule.do if do.escalate), "routine"),
        )
        for rule in file.recommendation
    ]
