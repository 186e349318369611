"""An allergy on the problem list counts as an allergy; what names no allergen stays a problem."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent.fhir.read import Record

Read = Callable[..., Record]


@pytest.mark.parametrize(
    ("text", "kind", "intolerance"),
    [
        ("Allergy to penicillin (finding)", "penicillin", False),
        ("Non-allergic hypersensitivity to fosinopril (finding)", "fosinopril", True),
        ("Adverse reaction caused by lisinopril (disorder)", "lisinopril", True),
        ("Sulfonamide allergy", "sulfonamide-antibiotic", False),
        ("Statin intolerance", "statin", True),
    ],
)
def test_an_allergy_on_the_problem_list_is_an_allergy(read: Read, text: str, kind: str, intolerance: bool) -> None:
    (allergy,) = read({"resourceType": "Condition", "code": {"text": text}}).facts.allergies
    assert (kind in allergy.kinds, allergy.intolerance, allergy.active) == (True, intolerance, True)


@pytest.mark.parametrize(
    "text", ["Allergic rhinitis (disorder)", "Lactose intolerance", "Fear of penicillin allergy", "Allergy to something"]
)
def test_what_names_no_allergen_stays_a_problem(read: Read, text: str) -> None:
    facts = read({"resourceType": "Condition", "code": {"text": text}}).facts
    assert (facts.allergies, len(facts.problems)) == ((), 1)


def test_an_allergy_that_is_refuted_on_the_problem_list_is_none(read: Read) -> None:
    given = {
        "resourceType": "Condition",
        "code": {"text": "Allergy to penicillin"},
        "verificationStatus": {"coding": [{"code": "refuted"}]},
    }
    assert read(given).facts.allergies == ()
