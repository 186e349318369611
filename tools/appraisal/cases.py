"""The examples inside the files: do they come out as written?"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from msgspec.structs import replace

from tools.appraisal.engine import bearing_on
from tools.appraisal.medicines import TableCase, TableFile, burden_of, priced, reason_of
from tools.appraisal.model import Given, GivenUse, Statement
from tools.appraisal.series import CourseFile, course
from tools.appraisal.supply import GapFile, gap_of
from tools.clinical.answer import KnowledgeRef
from tools.clinical.examples import AS_OF, patient, values
from tools.clinical.facts import Facts, Ingredient, MedicationUse, Problem, Regimen
from tools.clinical.quantity import Quantity


def failures(statements: Iterable[Statement]) -> list[str]:
    """A sentence for each example of a suspicion or a point that does not come out as written."""
    found = []
    for statement in statements:
        for case in statement.cases:
            said = "nothing" if bearing_on(statement, facts_of(case.given)) is None else "told"
            if said != case.expect:
                found.append(f"{statement.id}, {case.name}: {said}, expected {case.expect}")
    return found


def facts_of(given: Given) -> Facts:
    """The patient of an example, at the date of all examples."""
    measurements = {name: values(name, text.split(";")) for name, text in given.labs.items()}
    return replace(patient(given, map(_use, given.takes), measurements), sex=given.sex, pregnancy=given.pregnancy)


def _use(given: str | GivenUse) -> MedicationUse:
    use = GivenUse(kinds=(given,)) if isinstance(given, str) else given
    started = None if use.days is None else AS_OF - timedelta(days=use.days)
    regimen = Regimen(daily=Quantity.parse(use.daily) if use.daily else None)
    name = use.kinds[0]
    return MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), frozenset(use.kinds), regimen=regimen, started=started)


def course_failures(file: CourseFile) -> list[str]:
    """The same for courses: any of the ways in which the observable is watched may give the remark."""
    found = []
    for case in file.case:
        problems = tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in case.has)
        facts = Facts(as_of=AS_OF, problems=problems, measurements={case.observable: values(case.observable, case.given)})
        ways = [course(entry, facts, KnowledgeRef(file.id, file.version)) for entry in file.watched if entry.observable == case.observable]
        told = [way for way in ways if way is not None]
        said = (told[0].direction if told else "none", any(way.remark for way in told))
        if said != (case.expect, case.remarked):
            found.append(f"{case.observable}, {case.name}: {said}, expected {(case.expect, case.remarked)}")
    return found


def table_failures(file: TableFile) -> list[str]:
    """The examples of tables about medicines."""
    found = []
    for case in file.case:
        takes = tuple(GivenUse(kinds=kinds) for kinds in case.takes)
        facts = facts_of(Given(has=case.has, takes=takes, labs=case.labs, age=case.age))
        said = _said(case, facts, file)
        expected = next((word for word in (case.reason, case.sum, case.tier) if word is not None), None)
        if said != expected:
            found.append(f"{case.about or 'price'}, {case.name}: {said}, expected {expected}")
    return found


def _said(case: TableCase, facts: Facts, file: TableFile) -> str | int | None:
    if case.reason is not None:
        reason = reason_of(facts.medications[0], facts, (file,))
        return reason.standing if reason else "not-judged"
    if case.sum is not None:
        entry = next((load for load in file.burden if load.id == case.about), None)
        burden = burden_of(entry, facts, file) if entry else None
        return burden.total if burden else 0
    return priced(facts.medications[0].kinds, file).tier


def gap_failures(file: GapFile) -> list[str]:
    """The examples of gaps in supply."""
    found = []
    for case in file.case:
        until = None if case.ended is None else AS_OF - timedelta(days=case.ended)
        regimen = Regimen(as_needed=case.as_needed)
        use = MedicationUse("MedicationRequest/0", case.kinds[0], kinds=frozenset(case.kinds), regimen=regimen, supplied_until=until)
        said = gap_of(use, Facts(as_of=AS_OF, medications=(use,)), file) is not None
        if said is not case.expect:
            found.append(f"{case.name}: {said}, expected {case.expect}")
    return found
