"""Every number in a condition is guarded: nudged one step up or down, an example fails."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec import structs

from tools.clinical.clause import Clause
from tools.guidelines.cases import clause_cases, clause_failures
from tools.guidelines.model import ClauseCase, Given, GuidelineFile
from tools.guidelines.modules import files

BOUNDS = ("at_least", "at_most", "above", "below", "equals")
PARTS = ("all_of", "any_of", "none_of", "of")
FILES = files()


def nudged(clauses: tuple[Clause, ...]) -> Iterator[tuple[str, tuple[Clause, ...]]]:
    """The same conditions with one number changed by one step, for every number and both directions."""
    for position, clause in enumerate(clauses):
        for name, changed in one_clause(clause):
            yield name, (*clauses[:position], changed, *clauses[position + 1 :])


def one_clause(clause: Clause) -> Iterator[tuple[str, Clause]]:
    for bound in BOUNDS:
        text = getattr(clause, bound)
        if isinstance(text, str):
            number, _, unit = text.partition(" ")
            for step in (1, -1):
                value = Decimal(number) + step * Decimal(1).scaleb(min(Decimal(number).as_tuple().exponent, 0))  # type: ignore[type-var]
                yield (
                    f"{clause.measured or clause.daily_dose or clause.duration} {bound} {text} -> {value}",
                    structs.replace(clause, **{bound: f"{value} {unit}".strip()}),
                )
    for name in PARTS:
        parts = getattr(clause, name)
        if parts is not None:
            for label, changed in nudged(parts):
                yield label, structs.replace(clause, **{name: changed})


def unguarded(name: str, when: tuple[Clause, ...], cases: tuple[ClauseCase, ...]) -> list[str]:
    return [f"{name}: {label}" for label, changed in nudged(when) if not clause_failures(name, changed, cases)]


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_a_nudged_number_makes_an_example_fail(file: GuidelineFile) -> None:
    assert [line for name, when, cases in clause_cases(file) for line in unguarded(name, when, cases)] == []


def test_the_nudging_itself_can_fail() -> None:
    when = (Clause(measured="urate", at_least="6 mg/dL"),)
    far = (ClauseCase(Given(labs={"urate": "9 mg/dL"}), "applies"), ClauseCase(Given(labs={"urate": "2 mg/dL"}), "does-not-apply"))
    near = (ClauseCase(Given(labs={"urate": "6 mg/dL"}), "applies"), ClauseCase(Given(labs={"urate": "5 mg/dL"}), "does-not-apply"))
    assert unguarded("urate", when, far) == ["urate: urate at_least 6 mg/dL -> 7", "urate: urate at_least 6 mg/dL -> 5"]
    assert unguarded("urate", when, near) == []
