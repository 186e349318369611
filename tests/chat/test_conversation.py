"""Questions about a plan are answered from the plan, the record and the tools, or not at all."""

from __future__ import annotations

from datetime import date

import orjson
import pytest

from agent.chat.answers import answer
from agent.chat.grammar import COMMANDS, Intent, understand
from agent.chat.session import Session
from agent.differences import differences
from agent.errors import RecordError
from agent.planning import make_plan
from agent.what_if import altered
from scenarios.builders import allergy, bundle, condition, medication, observation, patient

DAY = date(2026, 11, 1)


def record(*more: dict[str, object]) -> bytes:
    fixed = [
        patient(sex="female", age=67, as_of=DAY),
        condition("type-2-diabetes"),
        condition("hypertension"),
        medication("metformin 500 MG Oral Tablet", dose="500 mg", per="12 h", ordered=date(2026, 9, 20)),
        observation("hba1c", "7.4 %", when=date(2026, 10, 20)),
        observation("serum-creatinine", "0.9 mg/dL", when=date(2026, 10, 20)),
        observation("serum-potassium", "4.4 mmol/L", when=date(2026, 10, 20)),
        observation("systolic-bp", "152 mm[Hg]", when=date(2026, 10, 25)),
    ]
    return orjson.dumps(bundle(*fixed, *more))


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(record(allergy("penicillin", reaction="urticaria")), DAY)


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("/why i3", Intent("why", "i3")),
        ("Why i3?", Intent("why", "i3")),
        ("why start lisinopril?", Intent("why", "lisinopril")),
        ("what if egfr=25?", Intent("what-if", "egfr=25")),
        ("What would change if she is pregnant", Intent("what-if", "she is pregnant")),
        ("can she take ibuprofen?", Intent("check", "ibuprofen")),
        ("is naproxen safe?", Intent("check", "naproxen")),
        ("dose of apixaban", Intent("dose", "apixaban")),
        ("what is the potassium?", Intent("value", "potassium")),
        ("what are the open questions", Intent("questions")),
        ("/questions", Intent("questions")),
        ("show me the plan", Intent("plan")),
        ("bye", Intent("quit")),
    ],
)
def test_the_same_is_understood_as_command_and_in_words(line: str, intent: Intent) -> None:
    assert understand(line) == intent


def test_an_unknown_command_is_not_guessed() -> None:
    assert understand("/prescribe everything") is None


def test_what_is_not_understood_is_answered_with_what_can_be_asked(session: Session) -> None:
    reply = answer(session, "tell me a joke")
    assert not reply.understood
    assert all(any(command in line for line in reply.lines) for command in COMMANDS)


def test_why_names_the_fact_and_the_source(session: Session) -> None:
    item = next(i for i in session.plan.items if i.action == "start")
    reply = answer(session, f"/why {item.id}")
    assert item.rationale[0].evidence[0].id in reply.cites
    assert set(item.rationale[0].facts) <= set(reply.cites)


def test_a_line_that_does_not_exist_is_said_to_be_absent(session: Session) -> None:
    assert answer(session, "/why i999").lines == ("No line of the plan is about 'i999'. /plan shows all of them.",)


def test_a_value_is_told_with_date_and_reference(session: Session) -> None:
    reply = answer(session, "what is the potassium?")
    assert reply.lines == ("Potassium 4.4 mmol/L (2026-10-20)",)
    assert reply.cites[0].startswith("Observation/")


def test_a_value_that_was_never_measured_is_not_called_normal(session: Session) -> None:
    assert answer(session, "/value lithium").lines == ("The record has no value of 'lithium'. That is not the same as normal.",)


def test_an_allergy_speaks_against_its_medicine_only(session: Session) -> None:
    assert any(
        "penicillin" in line.casefold() or "amoxicillin" in line for line in answer(session, "can she take amoxicillin 500 MG?").lines
    )
    assert answer(session, "/check acetaminophen 500 MG").lines[0].startswith("No check speaks against acetaminophen")


def test_a_medicine_that_is_not_known_was_not_checked(session: Session) -> None:
    reply = answer(session, "/check unobtainium")
    assert reply.lines == ("'unobtainium' is no medicine that is known here, so it was not checked.",)


def test_a_lower_egfr_stops_metformin_and_the_record_stays(session: Session) -> None:
    before = session.data
    reply = answer(session, "what if egfr=25")
    assert any("stop metformin" in line for line in reply.lines)
    assert session.data == before


def test_a_what_if_that_is_not_understood_says_how_to_write_one(session: Session) -> None:
    reply = answer(session, "/what-if the moon were full")
    assert not reply.understood
    assert "egfr=25" in reply.lines[0]


@pytest.mark.parametrize("change", ["egfr=twelve", "happiness=3", "age=-4", "-unobtainium", "has nonsense"])
def test_a_change_that_cannot_be_is_refused(change: str) -> None:
    with pytest.raises(RecordError):
        altered(record(), DAY, [change])


def test_each_kind_of_change_reaches_the_facts() -> None:
    from agent.case import Case

    data = altered(
        record(),
        DAY,
        [
            "age=80",
            "sex=male",
            "+ibuprofen 400 MG",
            "-metformin",
            "has gout",
            "no hypertension",
            "allergic penicillin",
            "hba1c=64 mmol/mol",
        ],
    )
    facts = Case(data, DAY).facts
    assert facts.age == 80
    assert facts.sex == "male"
    assert facts.taking("ibuprofen")
    assert not facts.taking("metformin")
    assert facts.problem("gout")
    assert not facts.problem("hypertension")
    assert facts.allergic("penicillin")
    assert str(facts.latest("hba1c").quantity.value).startswith("8.0")  # type: ignore[union-attr]


def test_a_plan_does_not_differ_from_itself() -> None:
    plan = make_plan(record(), DAY)
    assert differences(plan, plan).none


def test_a_new_medicine_shows_as_an_issue_and_nowhere_as_a_start() -> None:
    before = make_plan(record(), DAY)
    after = make_plan(altered(record(), DAY, ["+lithium carbonate 300 MG", "+ibuprofen 400 MG"]), DAY)
    found = differences(before, after)
    assert ("lithium", "ibuprofen") in {issue.participants for issue in found.issues_added} or ("ibuprofen", "lithium") in {
        i.participants for i in found.issues_added
    }
    assert not [item for item in found.added if item.action == "start" and item.subject.text == "ibuprofen"]
