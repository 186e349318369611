"""The knowledge held against public lists."""

from __future__ import annotations

import csv
from pathlib import Path

import interactions as measures
import pytest


@pytest.fixture(scope="module")
def ddi(shared_data: Path) -> Path:
    return shared_data / "ddi"


def test_every_pair_of_the_high_priority_list_is_flagged(ddi: Path) -> None:
    tally = measures.onc_high(ddi)
    assert tally.unmet == []
    assert tally.pairs >= 360


def test_at_most_2_percent_of_the_low_priority_list_interrupt(ddi: Path) -> None:
    tally = measures.onc_low(ddi)
    assert tally.pairs >= 1400
    assert tally.share >= 0.98


def test_at_least_90_percent_of_the_critical_pairs_are_found_and_the_others_explained(ddi: Path) -> None:
    tally = measures.ndfrt_critical(ddi)
    assert tally.pairs >= 500
    assert tally.share >= 0.90
    with measures.WHY_NOT.open(encoding="utf-8") as file:
        explained = {(row["first"], row["second"]): row["why_not"] for row in csv.DictReader(file)}
    assert sorted(set(tally.unmet) - set(explained)) == []
    assert all(explained.values())


def test_every_request_of_the_hl7_guide_has_the_outcome_of_its_use_case(ddi: Path) -> None:
    assert measures.pddi_outcomes(ddi) == {name: outcome for name, (_, _, outcome) in measures.PDDI_OUTCOMES.items()}
