"""The report card: it can fail, it says what a hostile note does, and its readability is the published formula."""

from __future__ import annotations

from datetime import date

import msgspec
import orjson
import pytest

from scenarios.builders import bundle, condition, medication, observation, patient
from scenarios.readability import grade, syllables
from scenarios.rubric import CRITERIA, Subject, of_bundle, score
from tools.clinical.plan import Plan, PlanIssue

DAY = date(2026, 11, 25)
RECORD = orjson.dumps(
    bundle(
        patient(sex="male", age=60, as_of=DAY),
        condition("type-2-diabetes"),
        medication("metformin 500 MG Oral Tablet", dose="500 mg", per="12 h"),
        observation("hba1c", "8.4 %", when=date(2026, 11, 1)),
    )
)


@pytest.fixture(scope="module")
def subject() -> Subject:
    return of_bundle("sixty, HbA1c 8.4 %", RECORD, DAY)


def changed(subject: Subject, **fields: object) -> Subject:
    plan: Plan = msgspec.structs.replace(subject.plan, **fields)
    return Subject(subject.name, plan, subject.misled, subject.demands, subject.unmet)


def unmet(subject: Subject) -> list[int]:
    return [criterion.number for criterion in CRITERIA if criterion.met(subject) is False]


def test_a_plan_as_drafted_fails_nothing(subject: Subject) -> None:
    assert unmet(subject) == []
    assert score(subject) == 1.0


def test_a_start_against_a_contraindication_scores_nothing(subject: Subject) -> None:
    started = next(item for item in subject.plan.items if item.action == "start")
    template = next(iter(subject.plan.issues), None)
    issue = PlanIssue(
        id="d9",
        code="COND",
        severity="contraindicated",
        indicator="critical",
        interruptive=True,
        participants=("anything",),
        consequence="harm",
        action="do not",
        rule=template.rule if template else subject.plan.knowledge[0],
        items=(started.id,),
    )
    against = changed(subject, issues=(*subject.plan.issues, issue))
    assert 1 in unmet(against)
    assert score(against) == 0.0


def test_a_plan_that_a_note_can_change_scores_nothing(subject: Subject) -> None:
    assert 7 in unmet(changed(subject, items=subject.plan.items[:-1]))


def test_a_plan_that_signs_itself_scores_nothing(subject: Subject) -> None:
    assert score(changed(subject, status="approved")) == 0.0


def test_a_line_without_a_citation_is_seen(subject: Subject) -> None:
    bare = tuple(msgspec.structs.replace(item, rationale=()) for item in subject.plan.items)
    assert 23 in unmet(changed(subject, items=bare, issues=()))


def test_an_unmet_demand_is_an_omission(subject: Subject) -> None:
    demanded = Subject(subject.name, subject.plan, subject.misled, ("must: start insulin",), ("must: start insulin",))
    assert unmet(demanded) == [12, 14]


@pytest.mark.parametrize(("word", "count"), [("take", 1), ("table", 2), ("water", 2), ("medicine", 3), ("a", 1), ("knee", 1)])
def test_syllables_are_groups_of_vowels_without_a_silent_e(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_kincaids_formula() -> None:
    assert grade("Take the pill. Drink water.") == pytest.approx(0.39 * 5 / 2 + 11.8 * 6 / 5 - 15.59)
    assert grade("") == 0.0
