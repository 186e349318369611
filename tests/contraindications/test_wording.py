"""How the sentences of a rule speak of the medicine that is taken."""

from __future__ import annotations

from datetime import date

from tools.clinical.facts import Facts, Ingredient, MedicationUse
from tools.contraindications import check_medications, documents
from tools.contraindications.wording import misplaced, named
from tools.terminology import terminology


def test_the_medicine_is_named_in_the_middle_and_with_a_capital_at_the_beginning() -> None:
    assert named("{medicine} is toxic. {medicine} accumulates; stop {medicine}.", ("insulin-glargine",)) == (
        "Insulin glargine is toxic. Insulin glargine accumulates; stop insulin glargine."
    )


def test_several_medicines_are_listed() -> None:
    assert named("Stop {medicine}.", ("a", "b", "c")) == "Stop a, b and c."


def test_another_place_is_a_fault() -> None:
    assert misplaced(("Stop {medicine}.", "Stop {drug}.")) == ["{drug}"]


def test_two_medicines_of_one_class_are_both_named() -> None:
    uses = tuple(
        MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), terminology().kinds_of(name))
        for name in ("atorvastatin", "simvastatin")
    )
    issues = check_medications(uses, Facts(date(2026, 11, 25), medications=uses)).issues
    assert [issue.action for issue in issues if issue.code == "DUPTHPY"] == [
        "Find out which of atorvastatin and simvastatin is taken, keep one and stop the other."
    ]


def test_every_text_is_a_whole_sentence() -> None:
    texts = [text for file in documents() for s in file.statements() for text in (s.consequence, s.action)]
    assert [
        text
        for text in texts
        if not text.endswith(".") or not (text[0].isupper() or text.startswith(("{", "eGFR"))) or len(text.split()) < 2
    ] == []
