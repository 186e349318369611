"""Clauses on how a medicine is taken: how often, and in which form."""

from __future__ import annotations

import pytest

from tools.clinical.clause import Clause, compile_clause
from tools.clinical.conditions import Truth
from tools.clinical.errors import KnowledgeError
from tools.clinical.examples import Given, GivenMedicine, facts_of
from tools.clinical.facts import Ingredient, MedicationUse
from tools.interactions import check_regimen
from tools.terminology import terminology

DAILY = Clause(interval="methotrexate", below="7 d")
EXTENDED = Clause(form="nifedipine", is_="Extended")


@pytest.mark.parametrize(
    ("per", "truth"),
    [("1 d", Truth.TRUE), ("12 h", Truth.TRUE), ("167 h", Truth.TRUE), ("7 d", Truth.FALSE), ("1 wk", Truth.FALSE), (None, Truth.UNKNOWN)],
)
def test_an_interval_is_compared_in_any_unit_of_time(per: str | None, truth: Truth) -> None:
    facts = facts_of(Given(takes=(GivenMedicine(kinds=("methotrexate",), per=per),)))
    assert compile_clause(DAILY).holds(facts).truth is truth


def test_a_medicine_taken_as_needed_has_no_interval() -> None:
    facts = facts_of(Given(takes=(GivenMedicine(kinds=("methotrexate",), per="1 d", as_needed=True),)))
    assert compile_clause(DAILY).holds(facts).missing == ("interval of methotrexate",)


@pytest.mark.parametrize(
    ("form", "truth"),
    [("extended release tablet", Truth.TRUE), ("Extended-Release", Truth.TRUE), ("capsule", Truth.FALSE), (None, Truth.UNKNOWN)],
)
def test_a_form_is_known_by_a_word_in_it(form: str | None, truth: Truth) -> None:
    facts = facts_of(Given(takes=(GivenMedicine(kinds=("nifedipine",), form=form),)))
    assert compile_clause(EXTENDED).holds(facts).truth is truth


@pytest.mark.parametrize("clause", [DAILY, EXTENDED])
def test_who_does_not_take_it_is_not_meant(clause: Clause) -> None:
    assert compile_clause(clause).holds(facts_of(Given())).truth is Truth.FALSE


@pytest.mark.parametrize("clause", [Clause(interval="methotrexate"), Clause(form="nifedipine"), Clause(form="nifedipine", below="7 d")])
def test_a_clause_without_its_limit_or_word_is_refused(clause: Clause) -> None:
    with pytest.raises(KnowledgeError):
        compile_clause(clause)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [("heparin sodium 100 UNT/ML lock flush", True), ("heparin sodium 5000 UNT/ML injection", False)],
)
def test_heparin_that_keeps_a_catheter_open_is_no_anticoagulant_beside_aspirin(text: str, hidden: bool) -> None:
    read = terminology().medication(text)
    heparin = MedicationUse("MedicationRequest/1", text, (Ingredient("heparin"),), terminology().kinds_of("heparin"), route=read.route)
    aspirin = MedicationUse("MedicationRequest/2", "aspirin", (Ingredient("aspirin"),), terminology().kinds_of("aspirin"))
    issues = check_regimen((heparin, aspirin), facts_of(Given())).issues
    assert issues
    assert [bool(issue.suppressed) for issue in issues] == [hidden] * len(issues)
