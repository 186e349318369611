"""Agreement with the recommendations that CPIC published on 15 September 2022, row by row, and what has changed since."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from agent.errors import RecordError
from scenarios.published_advice import CHANGED, agreement, called, disagreement, name_of, rows, said
from tools.clinical.facts import Facts
from tools.pharmacogenomics import index as shipped
from tools.pharmacogenomics import pharmacogenomics

TABLE = "pgx/cpic_recommendations_2022-09-15.jsonl"


def test_every_medicine_of_the_table_is_covered(shared_data: Path) -> None:
    assert sorted({name_of(row) for row in rows(shared_data / TABLE)} - set(shipped.drugs())) == []


def test_every_row_with_a_call_says_the_same_save_what_has_changed_since(shared_data: Path) -> None:
    found = {row["drug"]: [] for row in rows(shared_data / TABLE)}
    for row in rows(shared_data / TABLE):
        if called(row) and (problem := disagreement(row)):
            found[row["drug"]].append(problem)
    unexpected = [problem for drug, problems in found.items() if drug not in CHANGED for problem in problems]
    assert unexpected == []


@pytest.mark.parametrize("drug", sorted(CHANGED))
def test_a_listed_change_is_one(drug: str, shared_data: Path) -> None:
    assert any(disagreement(row) for row in rows(shared_data / TABLE) if row["drug"] == drug and called(row))


def test_a_row_without_any_call_is_answered_no_call_and_never_with_the_usual_dose(shared_data: Path) -> None:
    answered = []
    for row in rows(shared_data / TABLE):
        if not called(row):
            for gene, value in (said(row) or {row["genes"][0]: ""}).items():
                answer = pharmacogenomics(gene, value, None, name_of(row))
                if answer.outcome != "no_call":
                    answered.append((row["drug"], row["lookupkey"], answer.outcome))
    assert answered == []


def test_two_intermediate_thiopurine_genes_start_lower_than_the_2022_table_says() -> None:
    """Difference: the CPIC table of March 2024 gave the combination 20 to 50 %, the export of 2022 still 30 to 80 %."""
    both = pharmacogenomics("TPMT", "IM", None, "azathioprine", Facts(date(2026, 6, 30), phenotypes={"NUDT15": "IM"}))
    assert [(each.action, each.text) for each in both.recommendations] == [("reduce", "A fifth to half of the usual start.")]


def test_two_thousand_rows_were_looked_at(shared_data: Path) -> None:
    assert sum(1 for _ in rows(shared_data / TABLE)) == 1998


def test_the_command_counts_every_row_with_a_call_once(shared_data: Path) -> None:
    share, _, otherwise = agreement(rows(shared_data / TABLE))
    assert share.asked == sum(called(row) for row in rows(shared_data / TABLE))
    assert {line[0] for line in otherwise[1]} == set(CHANGED)
    assert share.asked - share.met == len(otherwise[1])


def test_a_table_of_another_shape_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"drug": "x"}\n')
    with pytest.raises(RecordError, match=r"has no field .classification."):
        rows(tmp_path / "other.jsonl")
