"""Free text loses what identifies people and keeps what is clinical."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent.errors import RecordError
from agent.privacy.identifiers import identifiers_of
from agent.privacy.notes import scrubbed
from scenarios.deidentification import report


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("Seen by Dr. Okonkwo on 2026-03-04, potassium 5.9 mmol/L", "Seen by [name] on [date], potassium 5.9 mmol/L"),
        ("metformin 1000 mg twice daily", "metformin 1000 mg twice daily"),
        ("call 0555 0199 887 or write to a.b@clinic.example", "call [number] or write to [contact]"),
        ("record 00412345, number 123-45-6789", "record [number], number [number]"),
        ("Alex454 Smith88 has asthma", "[name] has asthma"),
        ("alex smithers has asthma, hba1c 8.1 %", "[name] has asthma, hba1c 8.1 %"),
        ("Owens, Duran and Oneal wrote", "[name] wrote"),
        ("Stevens-Johnson syndrome; Johnson was told", "Stevens-Johnson syndrome; [name] was told"),
        ("she is belizian, HbA1c 7 %", "she is [name], HbA1c 7 %"),
        ("at the corner of Lime Road, dose halved", "at [address], dose halved"),
        ("the 94 year old and the 61 year old", "the [age] year old and the 61 year old"),
        ("Lisinopril was stopped because of cough", "Lisinopril was stopped because of cough"),
    ],
)
def test_names_dates_numbers_go_and_medicines_and_values_stay(said: str, left: str) -> None:
    assert scrubbed(said) == left


def test_a_known_name_goes_even_where_it_is_a_clinical_word() -> None:
    assert scrubbed("spoke to hope about asthma", frozenset({"hope"})) == "spoke to [known] about asthma"
    assert scrubbed("Mr Child was seen; Child-Pugh B") == "[name] was seen; Child-Pugh B"


def test_the_evaluation_counts_whole_partial_and_missed(tmp_path: Path) -> None:
    text = "ada wrote to bob@x.example from Quvadia"
    spans = [
        {"entity_type": "PERSON", "start_position": 0, "end_position": 3},
        {"entity_type": "EMAIL", "start_position": 13, "end_position": 26},
        {"entity_type": "GPE", "start_position": 32, "end_position": 39},
    ]
    (tmp_path / "a.json").write_text(json.dumps([{"full_text": text, "spans": spans}]))
    told = report([tmp_path])
    assert "| PERSON | 1 | 0 | 0 | 0.000 |" in told
    assert "| EMAIL | 1 | 1 | 0 | 1.000 |" in told
    assert "| all | 3 | 2 | 0 | 0.667 |" in told


def test_a_folder_without_anything_annotated_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(RecordError, match="no annotated texts"):
        report([tmp_path])


def test_recall_on_texts_of_others_does_not_fall(shared_data: Path) -> None:
    """What was measured, with room for a knowledge base that grows: every new word of it is one that stays."""
    rows = {
        cells[1].strip(): float(cells[5])
        for line in report([shared_data / "phi"]).splitlines()
        if line.startswith("| ") and (cells := line.split("|"))[5].strip()[:1].isdigit()
    }
    certain = ("CREDIT_CARD", "EMAIL_ADDRESS", "DOMAIN_NAME", "US_SSN", "IP_ADDRESS", "PHONE_NUMBER", "DATE_TIME", "IBAN_CODE")
    assert {name: rows[name] for name in certain} == dict.fromkeys(certain, 1.0)
    assert rows["PERSON"] >= 0.98
    assert rows["STREET_ADDRESS"] >= 0.95
    assert rows["all but ages (those under 90 stay)"] >= 0.96


def test_prompts_of_bundles_are_searched_for_every_identifier(
    tmp_path: Path, example_bytes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = json.loads(example_bytes)
    person = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")
    person["name"] = [{"family": "Zyxwood"}]
    (tmp_path / "a.json").write_text(json.dumps(bundle))
    known = len(identifiers_of((tmp_path / "a.json").read_bytes()))
    assert f"Prompts of 1 bundles: 0 of {known} known identifiers stand in them" in report([tmp_path])
    monkeypatch.setattr("agent.drafting.prompting.preview", lambda _case: "for Zyxwood, of course")
    assert f"Prompts of 1 bundles: 1 of {known} known identifiers stand in them" in report([tmp_path])
