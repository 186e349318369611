"""Questions as clinicians ask them while they care: each finds its answer, and a wrong one is never given in place of none."""

from __future__ import annotations

import orjson
import pytest

from agent.chat.answers import answer
from agent.chat.grammar import Intent, understand
from agent.chat.meaning import meant
from agent.chat.session import Session
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
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
