"""Three truth values: what is not known is neither true nor false, and says what is missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from tools.clinical.clause import Clause, compile_clause
from tools.clinical.conditions import AllOf, AnyOf, NoneOf, Truth, Verdict
from tools.clinical.errors import KnowledgeError
from tools.clinical.examples import Given, facts_of
from tools.clinical.facts import Facts

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN


class Said:
    """A condition that is known beforehand."""

    def __init__(self, truth: Truth, missing: tuple[str, ...] = ()) -> None:
        self.verdict = Verdict(truth, (), missing)

    def holds(self, facts: Facts) -> Verdict:
        return self.verdict


NOBODY = Facts(date(2026, 6, 30))


@pytest.mark.parametrize(
    ("one", "other", "all_", "any_", "none"),
    [
        (T, T, T, T, F),
        (T, U, U, T, F),
        (T, F, F, T, F),
        (U, U, U, U, U),
        (U, F, F, U, U),
        (F, F, F, F, T),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("missing", [(), ("potassium",)])
def test_parts_join_as_kleene_says(
    one: Truth, other: Truth, all_: Truth, any_: Truth, none: Truth, turned: bool, missing: tuple[str, ...]
) -> None:
    parts = tuple(Said(truth, missing if truth is U else ()) for truth in ((other, one) if turned else (one, other)))
    assert [kind(parts).holds(NOBODY).truth for kind in (AllOf, AnyOf, NoneOf)] == [all_, any_, none]


def verdict(clause: dict[str, Any], **given: Any) -> tuple[Truth, tuple[str, ...]]:
    found = compile_clause(msgspec.convert(clause, Clause)).holds(facts_of(msgspec.convert(given, Given)))
    return found.truth, found.missing


@pytest.mark.parametrize(("age", "expected"), [("79 a", (F, ())), ("80 a", (T, ())), ("11 mo", (F, ())), (None, (U, ("age",)))])
def test_an_age_is_completed_years(age: str | None, expected: tuple[Truth, tuple[str, ...]]) -> None:
    assert verdict({"measured": "age", "at_least": "80 a"}, age=age) == expected


@pytest.mark.parametrize(("labs", "expected"), [({}, U), ({"serum-potassium": "5.5 mmol/L"}, F), ({"serum-potassium": "5.6 mmol/L"}, T)])
def test_a_value_that_was_never_measured_is_unknown(labs: dict[str, str], expected: Truth) -> None:
    assert verdict({"measured": "serum-potassium", "above": "5.5 mmol/L"}, labs=labs)[0] is expected


@pytest.mark.parametrize(("age_of_value", "expected"), [("90 d", F), ("91 d", T)])
def test_a_window_includes_its_last_day(age_of_value: str, expected: Truth) -> None:
    assert verdict({"unmeasured": "uacr", "within": "90 d"}, labs={"uacr": f"30 mg/g @ {age_of_value}"})[0] is expected


@pytest.mark.parametrize(
    ("labs", "expected"),
    [
        ({}, (U, ("serum-creatinine", "body-weight"))),
        ({"serum-creatinine": "1.4 mg/dL"}, (F, ())),
        ({"serum-creatinine": "1.5 mg/dL"}, (U, ("body-weight",))),
        ({"serum-creatinine": "1.5 mg/dL", "body-weight": "60 kg"}, (T, ())),
        ({"serum-creatinine": "1.5 mg/dL", "body-weight": "61 kg"}, (F, ())),
    ],
)
def test_so_many_of_some_is_decided_as_soon_as_the_missing_cannot_change_it(
    labs: dict[str, str], expected: tuple[Truth, tuple[str, ...]]
) -> None:
    both = [{"measured": "serum-creatinine", "at_least": "1.5 mg/dL"}, {"measured": "body-weight", "at_most": "60 kg"}]
    assert verdict({"at_least": 2, "of": both}, labs=labs) == expected


@pytest.mark.parametrize(
    ("clause", "said"),
    [
        ({}, "one head word"),
        ({"has": "gout", "takes": "arb"}, "one head word"),
        ({"has": "gout", "below": "3 mg/dL"}, "does not go with"),
        ({"measured": "egfr"}, "needs a limit"),
        ({"measured": "egfr", "below": "3 spoons"}, "is not known"),
        ({"of": [{"has": "gout"}]}, "whole number"),
        ({"sex": "F"}, "is not one of female, male"),
    ],
)
def test_a_clause_that_says_nothing_is_refused(clause: dict[str, Any], said: str) -> None:
    with pytest.raises(KnowledgeError, match=said):
        compile_clause(msgspec.convert(clause, Clause))


@pytest.mark.parametrize(
    ("recorded", "pregnant", "possible", "none"),
    [("pregnant", T, F, F), ("possible", U, T, F), ("unknown", U, U, U), ("none", F, F, T), ("planning", F, F, F)],
)
def test_who_may_be_pregnant_may_be_so_now(recorded: Any, pregnant: Truth, possible: Truth, none: Truth) -> None:
    facts = Facts(date(2026, 6, 30), pregnancy=recorded)
    asked = [compile_clause(Clause(pregnancy=state)).holds(facts).truth for state in ("pregnant", "possible", "none")]
    assert asked == [pregnant, possible, none]
