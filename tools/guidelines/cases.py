"""The examples inside the knowledge files: do they come out as written?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec.structs import replace

from tools.clinical.answer import KnowledgeRef
from tools.clinical.clause import Clause
from tools.clinical.conditions import Condition, Truth
from tools.clinical.examples import AS_OF, patient, values
from tools.clinical.facts import Allergy, Facts, Ingredient, MedicationUse, Regimen
from tools.clinical.quantity import Quantity
from tools.guidelines.model import ClauseCase, Expectation, Given, GuidelineFile
from tools.guidelines.modules import compiled, shared
from tools.guidelines.results import Bar

_WORDS: dict[Truth, Expectation] = {Truth.TRUE: "applies", Truth.FALSE: "does-not-apply", Truth.UNKNOWN: "cannot-be-told"}


class NotedToolbox:
    """A toolbox for examples: knows the preferred members of classes, and bars what it was told to bar."""

    def __init__(self, barred: dict[str, str] | None = None, kinds: dict[str, tuple[str, ...]] | None = None) -> None:
        self._bars = barred or {}
        self._kinds = kinds or {}

    def kinds_of(self, drug: str) -> frozenset[str]:
        """The drug and the classes that list it."""
        classes = {entry.name for entry in shared().preferred if drug in entry.members}
        return frozenset({drug, *classes, *self._kinds.get(drug, ())})

    def members(self, class_name: str) -> tuple[str, ...]:
        """The preferred members of a class."""
        found = shared().members(class_name)
        return () if found == (class_name,) else found

    def barred(self, drug: str, facts: Facts) -> Bar | None:
        """What this example bars."""
        reason = self._bars.get(drug)
        return Bar(reason, KnowledgeRef("example", "1"), ()) if reason and facts.as_of else None


def facts_of(given: Given) -> Facts:
    """The patient of an example, at the date of all examples."""
    names = dict.fromkeys((*given.takes, *given.doses, *given.started, *given.as_needed, *given.daily, *given.every))
    measurements = {name: values(name, text.split(";")) for name, text in given.labs.items()}
    return replace(
        patient(given, (_use(name, given) for name in names), measurements),
        sex=given.sex,
        pregnancy=given.pregnancy,
        allergies=tuple(map(_allergy, given.allergic_to)),
        phenotypes=given.phenotypes,
    )


def _allergy(text: str) -> Allergy:
    """An allergy written as `penicillin`, or with its reaction as `penicillin: urticaria`."""
    name, _, reaction = text.partition(": ")
    return Allergy(f"AllergyIntolerance/{name}", name, frozenset({name}), frozenset({reaction} if reaction else ()))


def _use(name: str, given: Given) -> MedicationUse:
    daily = Quantity.parse(given.doses[name]) if name in given.doses else None
    started = AS_OF - timedelta(days=given.started[name]) if name in given.started else None
    kinds = NotedToolbox().kinds_of(name)
    every = "24 h" if name in given.daily else given.every.get(name)
    per = Quantity.parse(every) if every else None
    regimen = Regimen(per=per, daily=daily, as_needed=name in given.as_needed)
    return MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), kinds, regimen=regimen, started=started)


def outcome(condition: Condition, given: Given) -> Expectation:
    """What a condition says about an example."""
    return _WORDS[condition.holds(facts_of(given)).truth]


def clause_cases(file: GuidelineFile) -> Iterator[tuple[str, tuple[Clause, ...], tuple[ClauseCase, ...]]]:
    """Every named condition of a file with its examples."""
    for definition in file.definition:
        yield definition.name, definition.when, definition.cases
    for recommendation in file.recommendation:
        yield recommendation.id, recommendation.when, recommendation.cases


def clause_failures(name: str, when: tuple[Clause, ...], cases: tuple[ClauseCase, ...]) -> list[str]:
    """A sentence for each example that does not come out as written."""
    condition = compiled(when, name)
    found = []
    for position, case in enumerate(cases, start=1):
        said = outcome(condition, case.given)
        if said != case.expect:
            found.append(f"{name}, case {position}: {said}, expected {case.expect}")
    return found


def failures(file: GuidelineFile) -> list[str]:
    """Every example of a file that does not come out as written."""
    return [failure for name, when, cases in clause_cases(file) for failure in clause_failures(name, when, cases)]
