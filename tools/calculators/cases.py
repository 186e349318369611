"""Running a file's own examples."""

from __future__ import annotations

from tools.calculators.engine import Listed, Value, compute, source_of
from tools.calculators.model import Calculator, CalculatorFile, Case
from tools.clinical.errors import OutOfScopeError, UnitMismatchError
from tools.clinical.quantity import Quantity


def failures(file: CalculatorFile) -> list[str]:
    """The examples that do not come out, a sentence each."""
    listed = {c.name: Listed(c, source_of(file, c.source), file.ref()) for c in file.calculator}
    found = []
    for case in file.case:
        got = outcome(listed, case)
        if got != (case.expect, case.band):
            found.append(f"{file.id}, {case.calculator}, {case.name}: expected {(case.expect, case.band)}, got {got}")
    return found


def outcome(listed: dict[str, Listed], case: Case) -> tuple[str, str]:
    """What the case comes to, written as cases write it: the value, `missing …` or `refused`, and the band if the case names one."""
    if case.calculator not in listed:
        return f"no calculator {case.calculator}", ""
    entry = listed[case.calculator]
    try:
        answer = compute(entry, inputs_of(entry.calculator, case.given))
    except (OutOfScopeError, UnitMismatchError):
        return "refused", ""
    if answer.outcome == "not_checked":
        return f"missing {', '.join(answer.missing)}", ""
    return answer.value, answer.meaning if case.band else ""


def inputs_of(calculator: Calculator, given: dict[str, str | bool]) -> dict[str, Value]:
    """The inputs of an example as typed values."""
    kinds = {wanted.name: wanted.kind for wanted in calculator.input}
    return {
        name: Quantity.parse(value) if isinstance(value, str) and kinds.get(name) == "quantity" else value for name, value in given.items()
    }
