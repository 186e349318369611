"""Agreement with the recommendations that CPIC published on 15 September 2022, row by row, and what has changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tools.clinical.facts import Facts
from tools.pharmacogenomics import Advice, pharmacogenomics
from tools.pharmacogenomics import index as shipped
from tools.pharmacogenomics.advice import advice, fitting

NAMES = {"sulfamethoxazole / trimethoprim": "sulfamethoxazole", "vitamin c": "ascorbic-acid"}
SCORED = {"CYP2D6", "CYP2C9", "DPYD"}
POPULATIONS = {
    "CVI ACS PCI ": ("acute coronary",),
    "CVI non-ACS non-PCI": ("other cardiovascular",),
    "NVI": ("stroke",),
    "adults": ("adults",),
    "pediatrics": ("children",),
    "PHT naive": ("not taken before",),
    "CBZ naive": ("not taken before",),
    "OXC naive": ("not taken before",),
    "PHT use >3mos": ("taken for more",),
    "CBZ use >3mos ": ("taken for more",),
    "OXC use >3 mos": ("taken for more",),
    "CBZ-no alternatives": ("not taken before",),
    "standard dose": ("standard dose",),
    "medium dose": ("medium dose",),
    "single low dose": ("single low dose",),
}
# What differs from the 2022 export, and on whose word.
CHANGED = {
    "citalopram": "CPIC serotonin reuptake inhibitor guideline 2023",
    "escitalopram": "CPIC serotonin reuptake inhibitor guideline 2023",
    "sertraline": "CPIC serotonin reuptake inhibitor guideline 2023, which adds CYP2B6",
    "paroxetine": "CPIC serotonin reuptake inhibitor guideline 2023",
}
COARSE = {
    "avoid": "stop",
    "contraindicated": "stop",
    "alternative": "change",
    "reduce": "change",
    "increase": "change",
    "start-low": "change",
    "monitor": "watch",
    "standard": "usual",
    "test": "test",
    "none": "none",
}


def rows(data: Path) -> Iterator[dict[str, Any]]:
    for line in (data / "pgx" / "cpic_recommendations_2022-09-15.jsonl").read_text("utf-8").splitlines():
        yield json.loads(line)


def said(row: dict[str, Any]) -> dict[str, str]:
    """The row's key as a laboratory would write it."""
    found = {}
    for gene, value in row["lookupkey"].items():
        if value == "No Result":
            continue
        if gene.startswith("HLA-"):
            allele, _, sign = value.partition(" ")
            found[gene + allele] = sign
        elif gene in SCORED:
            found[gene] = "indeterminate" if value == "n/a" else f"activity score {value.lstrip('≥')}"
        else:
            found[gene] = value
    return found


def read(text: str) -> set[str]:
    """What a published sentence asks for, coarsely, read independently of this project's files; several where it leaves a choice."""
    low = text.casefold()
    if low.startswith("no recommendation") or low == "n/a" or "insufficient evidence" in low:
        return {"none"}
    if "enzyme activity must be measured" in low or "clinical findings, family history" in low:
        return {"test"}
    if "start with normal starting dose" in low or low.startswith("avoid moderate and strong cyp2d6 inhibitors"):
        return {"usual"}
    stops = ("avoid ", "avoid", "do not use", "not recommended", "contraindicated")
    if "no reason to avoid" not in low and "no need to avoid" not in low:
        if any(low.startswith(word) for word in ("avoid", "if patient is")) and any(word in low for word in stops):
            return {"stop"}
        if low.endswith(("is contraindicated", "not recommended")) or "relatively contraindicated" in low:
            return {"stop"}
    if (
        "consider the use of carbamazepine with increased frequency" in low
        or "latency period" in low
        or "without incidence of cutaneous" in low
    ):
        return {"watch"}
    if "if no response" in low or "with caution and with close monitoring" in low or "use drug cautiously" in low:
        return {"watch"}
    if "consider 50% reduction in daily dose" in low or "guide dose adjustments to trough" in low or "to therapeutic trough" in low:
        return {"watch"}
    if "prescriber should be aware" in low and "≤" not in low:
        return {"watch", "usual"}
    changes = (
        "alternative",
        "reduc",
        "≤",
        "less than typical",
        "increase starting",
        "decreased dose",
        "25-50%",
        "50% of the lowest",
        "lowest recommended",
        "mg/kg",
        "40 mg/day",
    )
    return {"change"} if any(word in low for word in changes) and "consider increasing dose by 50-100%" not in low else {"usual"}


def ours(row: dict[str, Any], drug: str) -> list[Advice]:
    """This project's recommendations for the row's results and population."""
    calls = shipped.calls(said(row))
    found = [
        advice(file, drug, e, calls, o)
        for file in shipped.drugs()[drug]
        if set(row["genes"]) <= bare(file.genes)
        for e, o in fitting(file, drug, calls, None)
    ]
    wanted = POPULATIONS.get(row["population"], ())
    named = [each for each in found if wanted and each.population.startswith(wanted)]
    if row["population"] == "CBZ-no alternatives":
        named = [each for each in named if "without another choice" in each.population] or [
            e for e in named if "with another choice" not in e.population
        ]
    if row["population"] == "CBZ naive":
        named = [each for each in named if "without another choice" not in each.population]
    return named or [
        each for each in found if not each.population.startswith(tuple(word for words in POPULATIONS.values() for word in words))
    ]


def bare(genes: tuple[str, ...]) -> set[str]:
    """Gene names without the allele."""
    return {gene.partition("*")[0] for gene in genes}


def name_of(row: dict[str, Any]) -> str:
    return NAMES.get(row["drug"], row["drug"].replace(" ", "-"))


def disagreement(row: dict[str, Any]) -> str:
    """What is different, in words; empty where both agree."""
    found = ours(row, name_of(row))
    theirs = read(row["drugrecommendation"])
    kinds = {COARSE[each.action] for each in found} or {"none"}
    if not kinds <= theirs:
        return f"{row['drug']} {row['population']} {row['lookupkey']}: {sorted(kinds)} against {row['drugrecommendation']}"
    strengths = {each.strength for each in found if each.action != "none"}
    if strengths and strengths != {row["classification"].casefold()}:
        return f"{row['drug']} {row['population']} {row['lookupkey']}: {sorted(strengths)} against {row['classification']}"
    return ""


def called(row: dict[str, Any]) -> bool:
    return any(call.made for call in shipped.calls(said(row)).values())


def test_every_medicine_of_the_table_is_covered(shared_data: Path) -> None:
    assert sorted({name_of(row) for row in rows(shared_data)} - set(shipped.drugs())) == []


def test_every_row_with_a_call_says_the_same_save_what_has_changed_since(shared_data: Path) -> None:
    found = {row["drug"]: [] for row in rows(shared_data)}
    for row in rows(shared_data):
        if called(row) and (problem := disagreement(row)):
            found[row["drug"]].append(problem)
    unexpected = [problem for drug, problems in found.items() if drug not in CHANGED for problem in problems]
    assert unexpected == []


@pytest.mark.parametrize("drug", sorted(CHANGED))
def test_a_listed_change_is_one(drug: str, shared_data: Path) -> None:
    assert any(disagreement(row) for row in rows(shared_data) if row["drug"] == drug and called(row))


def test_a_row_without_any_call_is_answered_no_call_and_never_with_the_usual_dose(shared_data: Path) -> None:
    answered = []
    for row in rows(shared_data):
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
    assert sum(1 for _ in rows(shared_data)) == 1998
