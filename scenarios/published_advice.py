"""Pharmacogenomic advice against a published table in the shape of CPIC's export: JSON lines, one recommendation a row.

What a published sentence asks for is read coarsely here (stop, change, watch, usual, test, none), independently of this
project's files, and held against what they advise for the same results.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scenarios.public_rows import public_rows
from scenarios.shares import Share
from scenarios.tables import Table
from tools.pharmacogenomics import Advice
from tools.pharmacogenomics import index as shipped
from tools.pharmacogenomics.advice import advice, fitting

FIELDS = frozenset({"drug", "genes", "lookupkey", "population", "drugrecommendation", "classification"})
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


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file or folder. Raises RecordError where there are none."""
    return public_rows(path, FIELDS)


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


_NOTHING = ("insufficient evidence",)
_TEST = ("enzyme activity must be measured", "clinical findings, family history")
_STOPS = ("avoid ", "avoid", "do not use", "not recommended", "contraindicated")
_WATCH_FIRST = (
    "consider the use of carbamazepine with increased frequency",
    "latency period",
    "without incidence of cutaneous",
    "if no response",
    "with caution and with close monitoring",
    "use drug cautiously",
    "consider 50% reduction in daily dose",
    "guide dose adjustments to trough",
    "to therapeutic trough",
)
_CHANGES = (
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


def read(text: str) -> set[str]:
    """What a published sentence asks for, coarsely, read independently of this project's files; several where it leaves a choice."""
    low = text.casefold()
    if low.startswith("no recommendation") or low == "n/a" or _any(low, _NOTHING):
        return {"none"}
    if _any(low, _TEST):
        return {"test"}
    if "start with normal starting dose" in low or low.startswith("avoid moderate and strong cyp2d6 inhibitors"):
        return {"usual"}
    return {"stop"} if _stops(low) else _watched_or_changed(low)


def _stops(low: str) -> bool:
    if "no reason to avoid" in low or "no need to avoid" in low:
        return False
    if low.startswith(("avoid", "if patient is")) and _any(low, _STOPS):
        return True
    return low.endswith(("is contraindicated", "not recommended")) or "relatively contraindicated" in low


def _watched_or_changed(low: str) -> set[str]:
    if _any(low, _WATCH_FIRST):
        return {"watch"}
    if "prescriber should be aware" in low and "≤" not in low:
        return {"watch", "usual"}
    return {"change"} if _any(low, _CHANGES) and "consider increasing dose by 50-100%" not in low else {"usual"}


def _any(low: str, words: Sequence[str]) -> bool:
    return any(word in low for word in words)


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
    """The medicine in this project's spelling."""
    drug: str = row["drug"]
    return NAMES.get(drug, drug.replace(" ", "-"))


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
    """Whether any result of the row gives a call."""
    return any(call.made for call in shipped.calls(said(row)).values())


def agreement(found: Sequence[dict[str, Any]]) -> tuple[Share, Table, Table]:
    """Of the rows with a call, for medicines that are known: the share that agrees, by medicine, and each that does not."""
    known = [row for row in found if name_of(row) in shipped.drugs() and called(row)]
    problems = [(row["drug"], disagreement(row)) for row in known]
    names = sorted({drug for drug, _ in problems})
    shares = {name: Share(sum(not p for d, p in problems if d == name), sum(d == name for d, _ in problems)) for name in names}
    unknown = sorted({row["drug"] for row in found if name_of(row) not in shipped.drugs()})
    table = [(name, str(share)) for name, share in shares.items()] + [(name, "not known here") for name in unknown]
    otherwise = [(drug, problem, CHANGED.get(drug, "")) for drug, problem in problems if problem]
    return sum(shares.values(), Share()), (("medicine", "rows that agree"), table), (("medicine", "row", "known reason"), otherwise)
