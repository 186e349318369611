"""What each item of a plan tells the patient: there in every item, its own numbers only, and made anew by an edit."""

from __future__ import annotations

from datetime import date

import pytest

from agent.desk import Desk
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.planning import make_plan
from agent.review import Edit, Reviewer
from scenarios.readability import ease_in_spanish, grade, spanish_syllables, syllables
from tools.clinical.plan import Item, Plan, PlanQuantity

DOCTOR = Reviewer("dr-1", "physician")


@pytest.fixture(scope="module")
def example() -> Plan:
    return make_plan(example_record(), EXAMPLE_AS_OF)


def item(plan: Plan, action: str, ingredient: str) -> Item:
    return next(i for i in plan.items if i.action == action and ingredient in {x.name for x in i.subject.ingredients})


def test_every_item_tells_the_patient_something_that_is_easy_to_read(example: Plan) -> None:
    assert [i.id for i in example.items if not i.patient_instruction] == []
    assert grade(" ".join(i.patient_instruction for i in example.items)) <= 8


def test_a_start_tells_the_dose_of_the_plan(example: Plan) -> None:
    assert item(example, "start", "empagliflozin").patient_instruction == (
        "Start empagliflozin: 10 mg by mouth once a day. This medicine helps the kidneys pass extra sugar and salt, and protects heart and "
        "kidneys. It is to help with heart failure."
    )


def test_an_edited_dose_is_told_anew_and_words_of_a_person_stay() -> None:
    desk = Desk()
    name = desk.start(example_record(), EXAMPLE_AS_OF)
    plan = desk.show(name).plan
    wish = Edit(item=item(plan, "start", "empagliflozin").id, reason="dose-adjusted", text="as tolerated", amount=PlanQuantity("25", "mg"))
    told = Edit(
        item=item(plan, "start", "sacubitril").id, reason="clearer-wording", text="own words", patient_instruction="Two blue tablets."
    )
    desk.decide(name, DOCTOR, [wish, told], plan.digest)
    after = desk.show(name).plan
    assert item(after, "start", "empagliflozin").patient_instruction.startswith("Start empagliflozin: 25 mg")
    assert item(after, "start", "sacubitril").patient_instruction == "Two blue tablets."
    assert item(after, "start", "sacubitril").instruction_edited


def test_the_same_record_gives_the_same_words(example: Plan) -> None:
    assert make_plan(example_record(), EXAMPLE_AS_OF) == example
    assert date.fromisoformat(example.as_of) == EXAMPLE_AS_OF


@pytest.mark.parametrize(
    ("word", "count"),
    [("take", 1), ("walked", 1), ("needed", 2), ("diabetes", 4), ("medicine", 3), ("diarrhea", 4), ("people", 2), ("insulin", 3)],
)
def test_syllables_of_english_words(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(("word", "count"), [("que", 1), ("día", 2), ("corazón", 3), ("poeta", 3), ("guerra", 2), ("estreñimiento", 5)])
def test_syllables_of_spanish_words(word: str, count: int) -> None:
    assert spanish_syllables(word) == count


def test_headings_without_a_stop_do_not_make_a_text_easier() -> None:
    assert grade("The cat sat.") == pytest.approx(0.39 * 3 + 11.8 - 15.59)
    assert grade("Spironolactone helps.", {"spironolactone"}) == grade("Helps.")
    assert ease_in_spanish("El sol sale.") == pytest.approx(206.835 - 62.3 * 4 / 3 - 3)
