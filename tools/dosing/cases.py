"""Running a file's own examples."""

from __future__ import annotations

from datetime import date

from msgspec import structs
from msgspec.structs import replace

from tools.clinical.examples import measured, patient
from tools.clinical.facts import Facts, MedicationUse
from tools.dosing.answers import DoseAnswer
from tools.dosing.engine import answer_for, daily_limit
from tools.dosing.index import entry_of
from tools.dosing.model import Case, DoseFile, Given
from tools.dosing.steps import climb

AS_OF = date(2026, 1, 1)


def failures(file: DoseFile) -> list[str]:
    """The examples that do not come out, a sentence each."""
    rules = {rule.id: rule for rule in file.rule}
    found = []
    for case in file.case:
        entry = entry_of(file, rules[case.rule])
        facts = facts_of(case.given)
        limit = str(daily_limit(entry.rule, facts)[0] or "")
        got = differences(case, answer_for(entry, facts), climb(entry), limit)
        found += [f"{case.rule}, {case.name}: {difference}" for difference in got]
    return found


def facts_of(given: Given) -> Facts:
    """A patient from a few words; without an age, an adult of 50."""
    medications = (MedicationUse(f"MedicationRequest/{name}", name, kinds=frozenset({name})) for name in given.takes)
    measurements = {name: (measured(name, text, AS_OF),) for name, text in given.labs.items()}
    aged = given if given.age else structs.replace(given, age="50 a")
    return replace(patient(aged, medications, measurements, AS_OF), sex=given.sex or None, phenotypes=given.phenotypes)


def differences(case: Case, answer: DoseAnswer, steps: tuple[str, ...] = (), limit: str = "") -> list[str]:
    """What was expected and is otherwise."""
    expect = case.expect
    amount = f"{answer.start.amount.value} {answer.start.amount.unit}" if answer.start and answer.start.amount else ""
    most = f"{answer.max_per_day.value} {answer.max_per_day.unit}" if answer.max_per_day else ""
    pairs = (
        ("outcome", expect.outcome or ("missing" if expect.missing else "found"), answer.outcome),
        ("amount", expect.amount, amount),
        ("per", expect.per, (answer.start.per or "") if answer.start else None),
        ("max_daily", expect.max_daily, most),
        ("text", expect.text, answer.text),
        ("missing", expect.missing, answer.missing),
        ("max_single", expect.max_single, f"{answer.max_single.value} {answer.max_single.unit}" if answer.max_single else ""),
        ("because", expect.because, "; ".join(adjustment.text for adjustment in answer.adjustments)),
        ("limit", expect.limit, limit),
        ("climb", expect.climb, steps),
    )
    said = {"outcome"} | ({"per"} if expect.per is not None else set()) | ({"because"} if expect.amount else set())
    return [f"{name}: expected {wanted!r}, got {got!r}" for name, wanted, got in pairs if (wanted or name in said) and wanted != got]
