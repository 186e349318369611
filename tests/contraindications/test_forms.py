"""An oral form that says nothing of its release lets go at once; what says extended, does not."""

from __future__ import annotations

import pytest

from tools.clinical.facts import MedicationUse
from tools.contraindications.index import forms_of


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("nifedipine 10 MG Oral Capsule", "capsule", "capsule immediate"),
        ("24 HR nifedipine 30 MG Extended Release Oral Tablet", "tablet", "tablet"),
        ("nifedipine ER 30 mg tablet", "tablet", "tablet"),
        ("nifedipine 30 mg tablet", "tablet", "tablet"),
        ("metoprolol tartrate 50 MG Oral Tablet", None, " immediate"),
    ],
)
def test_the_release_is_told_by_the_full_name_of_an_oral_form(text: str, form: str | None, expected: str) -> None:
    assert forms_of(MedicationUse("m", text, form=form)) == expected
