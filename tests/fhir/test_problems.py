"""Diagnoses and allergies by their status."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from agent.fhir.read import Record
from scenarios.builders import allergy, condition

AS_OF = date(2026, 11, 23)
Read = Callable[..., Record]


def states(record: Record) -> list[tuple[bool, bool]]:
    return [(problem.active, problem.verified) for problem in record.facts.problems]


def reasons(record: Record) -> list[str]:
    return [line.reason for line in record.set_aside]


@pytest.mark.parametrize(
    ("clinical", "active"),
    [("active", True), ("recurrence", True), ("relapse", True), ("inactive", False), ("remission", False), ("resolved", False)],
)
def test_the_clinical_status_decides(read: Read, clinical: str, active: bool) -> None:
    assert states(read(condition("hypertension", clinical=clinical))) == [(active, True)]


@pytest.mark.parametrize(
    ("verification", "expected"),
    [
        ("confirmed", [(True, True)]),
        ("unconfirmed", [(True, False)]),
        ("provisional", [(True, False)]),
        ("differential", [(True, False)]),
        ("refuted", []),
        ("entered-in-error", []),
    ],
)
def test_the_verification_status_decides(read: Read, verification: str, expected: list[tuple[bool, bool]]) -> None:
    assert states(read(condition("hypertension", verification=verification))) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"verificationStatus": {"text": "Refuted"}}, []),
        ({"verificationStatus": {"text": "Entered in error"}}, []),
        ({"verificationStatus": {"coding": [{"code": "REFUTED"}]}}, []),
        ({"verificationStatus": {"text": "Provisional"}}, [(True, False)]),
        ({"clinicalStatus": {"text": "Resolved"}}, [(False, True)]),
        ({"clinicalStatus": {"coding": [{"code": "Inactive"}]}}, [(False, True)]),
        ({"clinicalStatus": {"text": "Active"}}, [(True, True)]),
    ],
)
def test_a_status_in_words_or_capitals_is_a_status(read: Read, said: dict[str, Any], expected: list[tuple[bool, bool]]) -> None:
    record = read(condition("hypertension") | said)
    assert (states(record), record.facts.data_issues) == (expected, ())


def test_a_verification_that_r4_does_not_know_is_said(read: Read) -> None:
    record = read(condition("hypertension") | {"verificationStatus": {"text": "perhaps"}})
    assert states(record) == [(True, True)]
    assert [issue.reason for issue in record.facts.data_issues] == ["verificationStatus is not one of FHIR R4; read as confirmed"]


def test_without_a_status_a_diagnosis_is_active_unless_it_ended(read: Read) -> None:
    bare = {key: value for key, value in condition("hypertension").items() if not key.endswith("Status")}
    assert states(read(bare)) == [(True, True)]
    assert states(read(bare | {"abatementDateTime": "2026-11-23"})) == [(False, True)]
    assert states(read(bare | {"abatementDateTime": "2026-11-24"})) == [(True, True)]
    assert states(read(bare | {"abatementString": "some time ago"})) == [(False, True)]


def test_what_was_resolved_later_was_active_then(read: Read) -> None:
    assert states(read(condition("hypertension", clinical="resolved", abated=date(2026, 12, 1)))) == [(True, True)]


def test_a_status_that_r4_does_not_know_is_said(read: Read) -> None:
    record = read(condition("hypertension", clinical="ongoing"))
    assert states(record) == [(True, True)]
    assert [issue.kind for issue in record.facts.data_issues] == ["status"]


def test_a_diagnosis_is_known_by_code_and_belongs_to_its_value_sets(read: Read) -> None:
    (problem,) = read(condition("type-2-diabetes", onset=date(2020, 5, 1))).facts.problems
    assert {"type-2-diabetes", "diabetes"} <= problem.kinds
    assert (problem.onset, problem.reference) == (date(2020, 5, 1), "Condition/condition-1")


def test_an_age_at_onset_becomes_a_date(read: Read) -> None:
    (problem,) = read(condition("hypertension") | {"onsetAge": {"value": 50, "code": "a"}}).facts.problems
    assert problem.onset is not None
    assert problem.onset.year == 2016


def test_entries_of_one_active_diagnosis_become_one_with_the_earliest_onset(read: Read) -> None:
    (problem,) = read(condition("hypertension", onset=date(2015, 1, 1)), condition("hypertension", onset=date(2010, 1, 1))).facts.problems
    assert (problem.onset, problem.began) == (date(2010, 1, 1), date(2015, 1, 1))
    assert problem.also == ("Condition/condition-2",)


def test_an_entry_that_stands_alone_began_at_its_onset(read: Read) -> None:
    (problem,) = read(condition("hypertension", onset=date(2015, 1, 1))).facts.problems
    assert (problem.onset, problem.returned, problem.began) == (date(2015, 1, 1), None, date(2015, 1, 1))


def test_a_resolved_episode_stays_apart_from_an_active_one(read: Read) -> None:
    assert states(read(condition("asthma", clinical="resolved"), condition("asthma"))) == [(False, True), (True, True)]


def test_a_diagnosis_that_is_not_known_is_kept_with_its_words(read: Read) -> None:
    (problem,) = read(condition("", code={"text": "Zzyzx syndrome"})).facts.problems
    assert (problem.text, problem.kinds, problem.active) == ("Zzyzx syndrome", frozenset(), True)


def test_a_condition_without_code_and_text_is_set_aside(read: Read) -> None:
    assert reasons(read(condition("", code={"coding": []}))) == ["no code and no text says what the condition is"]


def test_an_allergy_has_substance_reaction_and_criticality(read: Read) -> None:
    (found,) = read(allergy("penicillin", reaction="urticaria", criticality="high")).facts.allergies
    assert "penicillin" in found.kinds
    assert "urticaria" in found.reactions
    assert (found.criticality, found.intolerance, found.active, found.verified) == ("high", False, True, True)


def test_an_intolerance_is_told_from_an_allergy(read: Read) -> None:
    (found,) = read(allergy("lisinopril", type="intolerance")).facts.allergies
    assert found.intolerance


@pytest.mark.parametrize(("status", "active"), [("active", True), ("inactive", False), ("resolved", False)])
def test_the_clinical_status_of_an_allergy_decides(read: Read, status: str, active: bool) -> None:
    (found,) = read(allergy("penicillin", clinicalStatus={"coding": [{"code": status}]})).facts.allergies
    assert found.active is active


@pytest.mark.parametrize(
    ("status", "expected"), [("unconfirmed", [False]), ("confirmed", [True]), ("refuted", []), ("entered-in-error", [])]
)
def test_the_verification_of_an_allergy_decides(read: Read, status: str, expected: list[bool]) -> None:
    record = read(allergy("penicillin", verificationStatus={"coding": [{"code": status}]}))
    assert [found.verified for found in record.facts.allergies] == expected


@pytest.mark.parametrize(
    "code", [{"coding": [{"system": "http://snomed.info/sct", "code": "716186003"}]}, {"text": "NKDA"}, {"text": "No known allergies"}]
)
def test_no_known_allergy_is_no_allergy(read: Read, code: dict[str, Any]) -> None:
    record = read(allergy("x", code=code))
    assert (record.facts.allergies, record.unread, record.set_aside) == ((), 1, ())


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("No Known Drug Allergies (NKDA)", 0),
        ("Denies allergies.", 0),
        ("No known drug allergies except penicillin", 1),
        ("No penicillin allergy", 1),
    ],
)
def test_only_that_nothing_at_all_is_known_is_no_allergy(read: Read, text: str, listed: int) -> None:
    assert len(read(allergy("penicillin") | {"code": {"text": text}}).facts.allergies) == listed


@pytest.mark.parametrize(
    ("text", "active"),
    [
        ("Penicillin - tolerates", False),
        ("penicillin (tolerated)", False),
        ("Penicillin: well tolerated.", False),
        ("tolerates penicillin", False),
        ("Penicillin tolerated", False),
        ("penicillin", True),
        ("Penicillin - not tolerated", True),
        ("Penicillin, poorly tolerated", True),
        ("Penicillin - doesn't tolerate", True),
        ("Penicillin allergy - tolerates cephalosporins", True),
        ("Penicillin - tolerates cephalosporins", True),
        ("Penicillin: hives, tolerated later", True),
        ("Penicillin intolerance", True),
        ("penicillin " + "is " * 100 + "tolerated", True),
    ],
)
def test_what_an_entry_says_is_tolerated_is_no_allergy_and_anything_more_is_one(read: Read, text: str, active: bool) -> None:
    facts = read(allergy("penicillin") | {"code": {"text": text}}).facts
    assert [found.active for found in facts.allergies] == [active]
    assert ("status" in [issue.kind for issue in facts.data_issues]) is not active


@pytest.mark.parametrize(
    ("more", "active"),
    [
        ({"note": [{"text": "tolerated"}]}, False),
        ({"note": [{"text": " Tolerates  well. "}]}, False),
        ({"note": [{"text": "penicillin: well tolerated"}, {"text": "tolerated"}]}, False),
        ({"note": [{"text": "not tolerated"}]}, True),
        ({"note": [{"text": "tolerates cephalosporins"}]}, True),
        ({"note": [{"text": "Patient tolerated"}]}, True),
        ({"note": [{"text": "tolerated, hives at 20 years"}]}, True),
        ({"note": [{"text": "tolerated"}, {"text": "hives in 2019"}]}, True),
        ({"note": [{"text": "tolerated"}, {}]}, True),
        ({"note": {"text": "tolerated"}}, True),
        ({"note": [{"text": "tolerated"}], "criticality": "high"}, True),
        ({"note": [{"text": "tolerated"}], "reaction": [{"manifestation": [{"text": "hives"}]}]}, True),
        ({"note": []}, True),
    ],
)
def test_a_note_that_says_only_that_it_is_tolerated_is_no_allergy(read: Read, more: dict[str, Any], active: bool) -> None:
    facts = read(allergy("penicillin") | more).facts
    assert [found.active for found in facts.allergies] == [active]
    told = "the note of the entry 'penicillin' says that it is tolerated; no allergy is read out of it"
    assert (told in [issue.reason for issue in facts.data_issues]) is not active


def test_an_allergen_that_is_not_known_is_kept_and_said(read: Read) -> None:
    record = read(allergy("zzyzxol"))
    assert [found.text for found in record.facts.allergies] == ["zzyzxol"]
    assert [issue.kind for issue in record.facts.data_issues] == ["unrecognized"]
