"""The page for a patient: every number and name on it is the plan's or the knowledge base's, and it says what it lacks."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser

import orjson
import pytest
from msgspec import structs

from agent.faces.patient_page import patient_html
from agent.faces.patient_text import patient_text
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.patient import Page, patient_page
from agent.planning import make_plan
from scenarios.builders import allergy, bundle, condition, medication, observation, patient
from scenarios.patient_pages import strange
from tools.clinical.plan import Dose, Item, MedicationLine, Plan, PlanIngredient, PlanQuantity

DAY = date(2026, 11, 25)
HOSTILE = '<script>alert(1)</script>\x1b[31m\u202e {{ 7*7 }} & "quoted" {name}\r\nCALL 911 IF'
SEEN_IN_HTML = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture(scope="module")
def example() -> Plan:
    return make_plan(example_record(), EXAMPLE_AS_OF)


def plan_of(*entries: object, sex: str = "female", age: int = 66) -> Plan:
    return make_plan(orjson.dumps(bundle(patient(sex=sex, age=age, as_of=DAY), *entries)), DAY)


def part(page: Page, kind: str) -> list[str]:
    found = [p for p in page.parts if p.kind == kind]
    return [text for p in found for text in (*p.lines, *(c.title for c in p.cards), *(r.text for c in p.cards for r in c.rows))]


def card(page: Page, title: str) -> dict[str, str]:
    return next({row.label: row.text for row in c.rows} for p in page.parts for c in p.cards if c.title == title)


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_number_and_name_on_the_page_is_the_plans_or_the_knowledge_bases(example: Plan, language: str) -> None:
    assert strange(patient_page(example, language), example) == ()


def test_a_dose_that_is_not_the_plans_is_found_out(example: Plan) -> None:
    page = patient_page(example)
    other = structs.replace(example, items=tuple(_doubled(item) for item in example.items))
    assert "Start empagliflozin: 10" in strange(page, other)


def _doubled(item: Item) -> Item:
    if item.dose is None or item.dose.amount is None:
        return item
    return structs.replace(item, dose=Dose(text="77 mg by mouth once daily", amount=PlanQuantity("77", "mg")), change="", due=None)


def test_a_start_says_why_how_what_and_what_it_may_cause(example: Plan) -> None:
    assert card(patient_page(example), "Start empagliflozin") == {
        "Why": "It is to help with heart failure.",
        "How to take it": "10 mg by mouth once a day.",
        "What it does": "This medicine helps the kidneys pass extra sugar and salt, and protects heart and kidneys.",
        "It may cause": "Passing more water, itching or a yeast infection of the private parts and thirst.",
        "Good to know": "Drink enough water. Keep the private parts clean and dry.",
    }


def test_the_same_start_in_spanish_has_the_same_dose(example: Plan) -> None:
    assert card(patient_page(example, "es"), "Empiece empagliflozin")["Cómo tomarla"] == "10 mg por la boca una vez al día."


def test_an_exchange_names_both_and_the_hours_between_them(example: Plan) -> None:
    page = patient_page(example)
    assert card(page, "Stop lisinopril")["Why"].startswith("Sacubitril/valsartan takes its place. Do not take both.")
    assert "Wait 36 hours" in card(page, "Start sacubitril/valsartan")["Good to know"]


def test_sick_day_rules_name_the_medicines_that_go_on_and_not_those_that_end(example: Plan) -> None:
    lines = part(patient_page(example), "sick")
    assert any(line.startswith("metformin, sacubitril/valsartan") and "furosemide" in line.partition(":")[0] for line in lines)
    assert any(line.startswith("empagliflozin: ") and "acid" in line for line in lines)
    assert not any("ibuprofen" in line.partition(":")[0] or "lisinopril" in line.partition(":")[0] for line in lines)


def test_what_was_put_off_and_what_was_not_chosen_is_said(example: Plan) -> None:
    lines = part(patient_page(example), "not-now")
    assert "We also thought of dapagliflozin. For now, empagliflozin was chosen." in lines
    waiting = [line for line in lines if line.startswith("We do not start ")]
    assert len(waiting) == sum(item.action == "start" and bool(item.change) and bool(item.due) for item in example.items)


def test_a_draft_says_so_and_a_signed_page_does_not(example: Plan) -> None:
    signed = structs.replace(example, status="approved")
    assert patient_page(example).state.startswith("This is a draft.")
    assert patient_page(signed).state == "Your care team has signed this plan."
    assert card(patient_page(signed), "Stop ibuprofen")["What to do"] == "Stop taking it."
    assert card(patient_page(example), "Stop ibuprofen")["What to do"] == "Stop taking it when your care team tells you."


@pytest.mark.parametrize("status", ["rejected", "expired", "no-plan"])
def test_a_plan_that_does_not_hold_has_no_medicine_on_its_page(example: Plan, status: str) -> None:
    page = patient_page(structs.replace(example, status=status))
    assert not page.holds
    assert [p.kind for p in page.parts] == ["ambulance"]
    assert "empagliflozin" not in patient_text(page)


def test_a_rejected_stop_goes_on_as_before_and_a_rejected_start_is_not_named(example: Plan) -> None:
    start = next(i.id for i in example.items if i.action == "start" and i.subject.text == "empagliflozin")
    stop = next(i.id for i in example.items if i.action == "stop" and i.subject.ingredients[0].name == "ibuprofen")
    page = patient_page(structs.replace(example, status="partly-approved"), rejected=(start, stop))
    assert not any("empagliflozin" in title for title in part(page, "medicines"))
    assert card(page, "Go on with ibuprofen as before")["How to take it"].startswith("1 tablet up to three times a day")


def test_a_medicine_without_words_is_said_to_have_none(example: Plan) -> None:
    line = MedicationLine(
        reference="MedicationRequest/x",
        text="obscurol",
        action="continue",
        why="",
        currency="current",
        ingredients=(PlanIngredient("obscurol"),),
    )
    page = patient_page(structs.replace(example, medications=(*example.medications, line)))
    assert card(page, "Keep taking obscurol")["What it does"].startswith("Ask your pharmacist about obscurol")


def test_words_that_spanish_lacks_are_said_aloud(example: Plan) -> None:
    start = next(i for i in example.items if i.subject.text == "empagliflozin" and i.dose)
    odd = structs.replace(start, dose=structs.replace(start.dose, text="10 mg with a spoonful of moonlight"))
    plan = structs.replace(example, items=tuple(odd if i.id == start.id else i for i in example.items))
    page = patient_page(plan, "es")
    assert "cómo tomar empagliflozin" in page.lacking
    assert card(page, "Empiece empagliflozin")["Cómo tomarla"] == "“10 mg with a spoonful of moonlight”."
    assert patient_page(plan, "en").lacking == ""


def test_a_language_that_is_not_there_falls_back_on_english_and_says_so(example: Plan) -> None:
    page = patient_page(example, "fr")
    assert page.title == "Your treatment plan"
    assert page.lacking.startswith("Some parts are in English")


def test_what_a_person_wrote_stands_on_the_page_beside_the_rest(example: Plan) -> None:
    start = next(i for i in example.items if i.subject.text == "empagliflozin")
    told = structs.replace(start, patient_instruction="Take it with your coffee.", instruction_edited=True)
    plan = structs.replace(example, items=tuple(told if i.id == start.id else i for i in example.items))
    assert card(patient_page(plan), "Start empagliflozin")["Your care team adds"] == "Take it with your coffee."


def test_a_man_and_a_woman_of_66_are_not_asked_about_pregnancy_and_a_woman_of_30_is() -> None:
    entries = (
        condition("hypertension"),
        observation("systolic-bp", "150 mm[Hg]", when=date(2026, 11, 1)),
        medication("lisinopril 10 MG Oral Tablet"),
    )
    asked = "Could I be pregnant, or do I want to be? Some medicines are not safe then."
    assert asked in part(patient_page(plan_of(*entries, age=30)), "questions")
    for plan in (plan_of(*entries, age=66), plan_of(*entries, sex="male", age=30)):
        page = patient_page(plan)
        assert asked not in part(page, "questions")
        assert not any("pregnan" in text for text in part(page, "medicines"))


def test_text_of_the_record_is_never_markup_and_never_a_line_of_its_own() -> None:
    hostile = plan_of(
        medication(f"metformin 500 MG Oral Tablet {HOSTILE}"), medication(HOSTILE), allergy(HOSTILE), condition("type-2-diabetes")
    )
    for language in ("en", "es"):
        page = patient_page(hostile, language)
        html, text = patient_html(page), patient_text(page)
        assert "<script" not in html
        assert SEEN_IN_HTML in html
        assert "\x1b" not in text + html
        assert "\u202e" not in text + html
        assert sum(line.startswith("CALL 911 IF") for line in text.splitlines()) <= (language == "en")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.language, self.loads, self.headings = "", [], []  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "html":
            self.language = given.get("lang")
        if {"src", "href", "action", "onclick"} & set(given) or tag in {"script", "link", "img", "iframe"}:
            self.loads.append(tag)
        if tag in {"h1", "h2", "h3"}:
            self.headings.append(int(tag[1]))


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_html_loads_nothing_names_its_language_and_skips_no_heading(example: Plan, language: str) -> None:
    read = _Reader()
    read.feed(patient_html(patient_page(example, language)))
    assert read.language == language
    assert read.loads == []
    assert read.headings[0] == 1
    assert read.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(read.headings, read.headings[1:], strict=False))


def test_the_page_holds_no_reference_and_no_identifier_of_the_record(example: Plan) -> None:
    html = patient_html(patient_page(example))
    assert example.patient.reference not in html
    assert not any(line.reference in html for line in example.medications)


def test_a_short_page_is_printed_in_larger_type_and_a_long_one_in_smaller(example: Plan) -> None:
    short = plan_of(condition("hypertension"), medication("lisinopril 10 MG Oral Tablet"))
    assert '<body class="short">' in patient_html(patient_page(short))
    assert "<body>" in patient_html(patient_page(example))


def test_a_medicine_that_must_not_end_at_once_is_talked_about_today_and_not_simply_left() -> None:
    plan = plan_of(condition("asthma"), medication("propranolol 40 MG Oral Tablet"))
    stop = next(i for i in plan.items if i.action == "stop" and i.subject.ingredients[0].name == "propranolol")
    urgent = structs.replace(plan, items=tuple(structs.replace(i, urgency="same-day") if i is stop else i for i in plan.items))
    assert card(patient_page(plan), "Stop propranolol")["What to do"].startswith("Do not stop it all at once on your own.")
    for status in ("awaiting-review", "approved"):
        found = card(patient_page(structs.replace(urgent, status=status)), "Stop propranolol")
        assert found["What to do"] == "Talk with your care team today, before your next dose."
        assert found["When you stop"] == "Do not stop it all at once. Your heart may race or hurt."
