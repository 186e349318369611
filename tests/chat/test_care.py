"""Questions as clinicians ask them while they care: each finds its answer, and a wrong one is never given in place of none."""

from __future__ import annotations

import orjson
import pytest

from agent.chat.answers import answer
from agent.chat.grammar import Intent, understand
from agent.chat.meaning import meant
from agent.chat.session import Session
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from scenarios.builders import bundle, condition, medication, observation, patient
from tools.terminology import terminology


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(example_record(), EXAMPLE_AS_OF)


def said(session: Session, line: str) -> str:
    return "\n".join(answer(session, line).lines)


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("is her blood pressure at goal?", Intent("goal", "blood pressure")),
        ("Is the diabetes well controlled?", Intent("goal", "diabetes")),
        ("what is the target for LDL?", Intent("goal", "ldl")),
        ("does he need a statin?", Intent("need", "statin")),
        ("should we start an SGLT2 inhibitor?", Intent("need", "sglt2 inhibitor")),
        ("what can we deprescribe?", Intent("stops")),
        ("which drugs should be stopped?", Intent("stops")),
        ("what vaccines are due?", Intent("due", "vaccines")),
        ("is she overdue for anything?", Intent("due", "anything")),
        ("when was her last a1c?", Intent("value", "a1c")),
        ("has her potassium been going up?", Intent("value", "potassium")),
        ("potassium trend", Intent("value", "potassium")),
        ("what's going on with this lady?", Intent("overview")),
        ("what dose of Entresto should she start?", Intent("dose", "entresto")),
        ("is 50 mg of spironolactone ok for her?", Intent("check", "spironolactone 50 mg")),
        ("can I give her ciprofloxacin instead of clarithromycin?", Intent("what-if", "+ciprofloxacin and -clarithromycin")),
        ("any drugs we could get rid of?", Intent("stops")),
        ("what bloods do we need next week?", Intent("due", "bloods")),
        ("how long should she take clarithromycin?", Intent("about", "clarithromycin")),
        ("how do I switch from lisinopril to Entresto?", Intent("why", "entresto")),
        ("what would you tell her about empagliflozin?", Intent("tell", "empagliflozin")),
        ("SGLT2 in CKD evidence?", Intent("search", "sglt2 in ckd")),
        ("bp target?", Intent("goal", "bp")),
        ("how much furosemide is she on?", Intent("about", "furosemide")),
        ("is it safe to stop the omeprazole?", Intent("what-if", "-omeprazole")),
        ("should we stop metformin?", Intent("why-not", "metformin")),
        ("what's first?", Intent("first")),
        ("options for i6", Intent("compare", "i6")),
        ("why not keep lisinopril?", Intent("why-not", "lisinopril")),
        ("how has the blood pressure been?", Intent("value", "blood pressure")),
        ("how much does she weigh?", Intent("size", "much does she weigh")),
        ("what's the stroke risk?", Intent("risk", "stroke")),
        ("is she at risk of falls?", Intent("risk", "falls")),
        ("does she have heart failure?", Intent("has", "heart failure")),
        ("does she have any allergies?", Intent("allergic")),
        ("does she smoke?", Intent("habit", "smoke")),
        ("is he on a blood thinner?", Intent("kinds-taken", "blood thinner")),
        ("how sure are you about i1?", Intent("sure", "i1")),
        ("why is the potassium high?", Intent("why-value", "potassium")),
        ("what is the maximum dose of acetaminophen?", Intent("most", "acetaminophen")),
        ("can I give him ibuprofen for back pain?", Intent("check", "ibuprofen")),
        ("summarize this patient", Intent("overview")),
        ("draft a letter to the patient", Intent("letter")),
        ("thanks", Intent("thanks")),
        ("what does the ADA say about metformin?", Intent("search", "metformin")),
    ],
)
def test_a_clinicians_words_find_their_answer(line: str, intent: Intent) -> None:
    assert understand(line) == intent


def test_a_class_is_its_members_and_not_all_that_shares_an_effect() -> None:
    beta_blocker = meant("beta blocker")
    assert [beta_blocker.has(_kinds(drug)) for drug in ("metoprolol", "lisinopril", "hydrochlorothiazide")] == [True, False, False]
    thinner = meant("blood thinners")
    assert [thinner.has(_kinds(drug)) for drug in ("apixaban", "clopidogrel", "ibuprofen")] == [True, True, False]
    assert not meant("moon dust")


def _kinds(drug: str) -> frozenset[str]:
    return terminology().medication(drug).kinds


def test_whether_a_class_is_taken_names_its_members_alone(session: Session) -> None:
    told = said(session, "is she on a beta blocker?")
    assert "metoprolol" in told
    assert "lisinopril" not in told
    assert "I do not know which medicines" in said(session, "is she on a moon dust pill?")


def test_a_class_that_is_left_off_is_the_one_medicine_of_it(session: Session) -> None:
    assert said(session, "what if we stopped the beta blocker?").startswith("If -metoprolol")
    assert "names no statin" not in said(session, "what if we stopped the statin?")
    assert "names no opioid that is taken" in said(session, "what if we stopped the opioid?")


def test_a_value_that_doubles_is_twice_the_newest(session: Session) -> None:
    newest = session.case.facts.latest("serum-potassium")
    assert newest is not None
    assert said(session, "what if her potassium doubles?").startswith(f"If serum-potassium={newest.quantity.value * 2} mmol/L")


def test_the_goal_stands_beside_the_newest_value(session: Session) -> None:
    told = said(session, "is her blood pressure at goal?")
    assert "goal Systolic blood pressure" in told
    assert "newest: Systolic blood pressure" in told


def test_the_largest_dose_is_not_a_usual_one(session: Session) -> None:
    assert said(session, "what is the maximum dose of acetaminophen?").startswith("At most")


def test_another_weight_is_not_given_for_one_that_is_lacking() -> None:
    bundle = orjson.loads(example_record())
    bundle["entry"] = [e for e in bundle["entry"] if "29463-7" not in orjson.dumps(e).decode()]
    told = said(Session(orjson.dumps(bundle), EXAMPLE_AS_OF), "how much does she weigh?")
    assert told == "The record has no value of 'body weight'. That is not the same as normal."


def test_what_is_not_taken_has_no_reason(session: Session) -> None:
    assert "The record names no warfarin that is taken." in said(session, "why is she on warfarin?")


def test_a_problem_that_is_not_recorded_is_not_absent(session: Session) -> None:
    assert "not the same as its absence" in said(session, "does she have epilepsy?")
    assert "eart failure" in said(session, "does she have heart failure?")


def test_vaccines_that_are_due_are_named_and_blood_tests_are_no_vaccines(session: Session) -> None:
    assert "influenza vaccine" in said(session, "is she due for any shots?")
    tests = said(session, "what bloods do we need next week?")
    assert "Potassium" in tests
    assert "vaccine" not in tests
    assert "foot exam" not in tests


def test_why_a_medicine_is_not_kept_is_why_it_is_stopped(session: Session) -> None:
    assert said(session, "why not keep lisinopril?").startswith("i3 stop lisinopril")


def test_a_property_that_nobody_knows_here_is_not_answered_with_another(session: Session) -> None:
    first = answer(session, "what is the half life of digoxin?").lines[0]
    assert first == "Nothing is known here about the half life of digoxin. Of digoxin:"
    assert (
        answer(session, "what are the side effects of spironolactone?").lines[0].startswith("Nothing is known here about the side effects")
    )


def test_two_values_are_told_one_after_the_other(session: Session) -> None:
    told = said(session, "what's her bmi and bsa?")
    assert "Body mass index" in told
    assert "Body surface area" in told


def test_a_value_and_its_name_need_no_verb_in_a_supposition(session: Session) -> None:
    assert said(session, "what if hba1c 9.5% and egfr 28").startswith("If hba1c=9.5 % and egfr=28")


def test_a_medicine_that_is_taken_is_not_counted_twice(session: Session) -> None:
    told = said(session, "can she take ibuprofen?")
    assert "heart failure" in told
    assert "given in two products" not in said(session, "is lisinopril safe?")


def test_a_question_that_is_no_name_is_not_taken_for_one(session: Session) -> None:
    assert answer(session, "can she drive?").lines[0].startswith("I can answer")


def test_a_medicine_that_is_taken_is_checked_in_the_dose_that_is_taken(session: Session) -> None:
    told = answer(session, "is metformin ok with her eGFR?").lines
    assert told[0].startswith("i5 change metformin")
    assert any("2000 mg a day is more than the most that is given" in line for line in told)


def test_how_much_is_taken_is_not_how_much_a_rule_would_give(session: Session) -> None:
    assert said(session, "how much furosemide is she on?").startswith("furosemide 40 MG Oral Tablet 1 tablet every morning")


def test_whether_a_value_is_right_is_no_question_about_a_medicine(session: Session) -> None:
    assert said(session, "is her BP ok?").startswith("Systolic blood pressure 148 mmHg")


@pytest.fixture(scope="module")
def on_oxycodone() -> Session:
    day = EXAMPLE_AS_OF
    order = medication("oxycodone 20 MG Oral Tablet", dose="20 mg", per="12 h", ordered=day)
    problems = (condition("atrial-fibrillation"), condition("venous-thromboembolism"), condition("chronic-pain"))
    weight = observation("body-weight", "80 kg", when=day)
    kidney = observation("serum-creatinine", "1.0 mg/dL", when=day)
    return Session(orjson.dumps(bundle(patient(sex="male", age=70, as_of=day), *problems, order, weight, kidney)), day)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("convert oxycodone to hydromorphone", "6 to 9 mg of hydromorphone a day in all, by mouth, in place of 40 mg of oxycodone a day."),
        ("/dose hydromorphone instead of oxycodone", "6 to 9 mg of hydromorphone a day in all, by mouth, in place of 40 mg of oxycodone a day."),
        ("how much hydromorphone equals oxycodone 10 mg twice daily?", "3 to 4.5 mg of hydromorphone a day in all, by mouth, in place of 20 mg of oxycodone a day."),
        ("what is the dose of prednisone instead of dexamethasone 6 mg once daily?", "40 mg of prednisone a day in all, by mouth, in place of 6 mg of dexamethasone a day."),
        ("convert oxycodone to methadone", "No dose: methadone, buprenorphine and fentanyl follow no factor: ask a specialist."),
        ("convert 20 mg of oxycodone to hydromorphone", "No dose: the daily dose of oxycodone was not told."),
        ("convert oxycodone to gibberishol", "'gibberishol' is no single ingredient that is known here, so no dose was computed."),
    ],
)  # fmt: skip
def test_one_opioid_or_steroid_in_place_of_another(on_oxycodone: Session, line: str, told: str) -> None:
    assert answer(on_oxycodone, line).lines[0] == told


def test_what_was_not_looked_at_is_told_with_a_change_of_opioid(on_oxycodone: Session) -> None:
    assert "not looked at: whether it suits this patient" in said(on_oxycodone, "convert oxycodone to hydromorphone").casefold()


def test_a_medicine_that_two_problems_ask_for_has_the_dose_of_each(on_oxycodone: Session) -> None:
    told = said(on_oxycodone, "/dose apixaban")
    assert "5 mg by mouth every 12 hours for atrial fibrillation" in told
    assert "for venous thromboembolism" in told
