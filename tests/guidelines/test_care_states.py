"""What orders, aids and hospice change in a plan: states of a year, wishes of an order, tests that a person is spared."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.guidelines.patients import ordered, run
from tools.clinical.facts import Event, Facts, WhyNot
from tools.guidelines.computed import with_states
from tools.guidelines.modules import shared

DAY = date(2026, 11, 23)
LOOKING_AHEAD = {"lipoprotein-a", "foot-exam", "uacr", "zoster-vaccine-recombinant"}


def derived(facts: Facts) -> set[str]:
    return set(with_states(facts, (), shared().recent, shared().declined).derived)


def hospice(start: int, end: int | None = None) -> Facts:
    until = DAY - timedelta(days=end) if end is not None else None
    visit = Event("Encounter/1", "encounter", "", frozenset({"hospice-care"}), when=DAY - timedelta(days=start), until=until)
    return Facts(as_of=DAY, events=(visit,))


@pytest.mark.parametrize(("start", "end", "holds"), [(364, None, True), (365, None, False), (700, 364, True), (700, 365, False)])
def test_hospice_holds_for_a_year_after_its_last_day(start: int, end: int | None, holds: bool) -> None:
    assert ({"limited-life-expectancy", "hospice-now"} <= derived(hospice(start, end))) is holds


@pytest.mark.parametrize(("why", "expected"), [("medical", "statin-not-to-give"), ("patient", "statin-refused"), ("", None)])
def test_an_order_not_to_give_is_told_by_whose_reason_it_names(why: WhyNot, expected: str | None) -> None:
    facts = Facts(as_of=DAY, not_to_give={"statin": ("MedicationRequest/1",)}, not_to_give_why={"MedicationRequest/1": why})
    assert derived(facts) == ({expected} if expected else set())


def test_in_hospice_nothing_is_ordered_that_looks_ahead_by_years() -> None:
    usual = run(has=("type-2-diabetes", "hyperlipidaemia"), age="70 a", sex="male")
    spared = run(has=("type-2-diabetes", "hyperlipidaemia", "hospice-care"), age="70 a", sex="male")
    assert LOOKING_AHEAD & set(ordered(usual)) >= {"lipoprotein-a", "foot-exam", "uacr"}
    assert LOOKING_AHEAD & set(ordered(spared)) == set()


@pytest.mark.parametrize(("state", "begun"), [((), True), (("hospice-care",), False)])
def test_in_hospice_no_statin_is_begun_and_no_lifestyle_advised(state: tuple[str, ...], begun: bool) -> None:
    found = run(has=("hyperlipidaemia", "ischaemic-stroke", *state), age="70 a", sex="male", labs={"ldl-cholesterol": "160 mg/dL"})
    assert any(d.action == "start" and d.picked == "atorvastatin" for d in found.decisions) is begun
    assert any(d.action == "counsel" and d.subjects == ("lifestyle",) for d in found.decisions) is begun


def test_in_hospice_of_all_tests_only_those_are_left_that_guide_comfort_or_a_dose() -> None:
    problems = ("atrial-fibrillation", "heart-failure", "copd", "chronic-kidney-disease", "hospice-care")
    found = run(has=problems, takes=("warfarin", "furosemide"), age="82 a", sex="male")
    assert set(ordered(found)) == {"inr", "oxygen-saturation"}


def test_in_hospice_what_cannot_wait_is_still_measured() -> None:
    labs = {"glucose": "430 mg/dL, 1 d ago"}
    found = run(has=("type-2-diabetes", "hospice-care"), age="82 a", sex="male", labs=labs)
    assert "ketones" in ordered(found)
