"""Alleles to phenotypes, phenotypes to recommendations, and what a plan is told."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from tools.clinical.facts import Facts, Ingredient, MedicationUse
from tools.clinical.knowledge import decode
from tools.pharmacogenomics import barred, check_phenotypes, documents, knows, pharmacogenomics, read_diplotypes, read_phenotypes
from tools.pharmacogenomics.genotype import read_call
from tools.pharmacogenomics.model import DrugFile, GeneFile

ROOT = Path(__file__).resolve().parents[2] / "tools" / "pharmacogenomics"
GENES, DRUGS = sorted((ROOT / "genes").glob("*.toml")), sorted((ROOT / "drugs").glob("*.toml"))
AS_OF = date(2026, 6, 30)


def use(name: str, *classes: str, currency: str = "proposed") -> MedicationUse:
    return MedicationUse("MedicationRequest/1", name, (Ingredient(name),), frozenset({name, *classes}), currency=currency)  # type: ignore[arg-type]


def patient(**phenotypes: str) -> Facts:
    return Facts(AS_OF, "Patient/1", birth_date=date(1970, 1, 1), phenotypes=phenotypes)


@pytest.mark.parametrize("path", GENES, ids=lambda path: path.stem)
def test_a_gene_is_read_as_its_examples_say(path: Path) -> None:
    file = decode(tomllib.loads(path.read_text("utf-8")), GeneFile)
    assert (file.id, file.faults(), file.case_failures()) == (path.stem, [], [])


@pytest.mark.parametrize("path", DRUGS, ids=lambda path: path.stem)
def test_a_medicine_is_answered_as_its_examples_say(path: Path) -> None:
    file = decode(tomllib.loads(path.read_text("utf-8")), DrugFile)
    assert (file.id, file.faults(), file.case_failures()) == (path.stem, [], [])


@pytest.mark.parametrize("path", DRUGS, ids=lambda path: path.stem)
def test_no_score_of_a_medicine_can_move_unnoticed(path: Path) -> None:
    raw = tomllib.loads(path.read_text("utf-8"))
    unnoticed = []
    for entry in raw["recommendation"]:
        for result in entry["results"]:
            for side in range(2 if "scores" in result else 0):
                kept = result["scores"][side]
                least = 0.25 if result["gene"] == "CYP2D6" else 0.5
                top = result["gene"] != "CYP2D6" and kept == "2"
                for step in (least, -least):
                    if not kept or (kept == "0" and step < 0) or (side == 1 and top and step > 0):
                        continue  # an open bound, and scores that no diplotype has
                    result["scores"][side] = str(float(kept) + step)
                    if not decode(raw, DrugFile).case_failures():
                        unnoticed.append((entry["id"], result["scores"]))
                result["scores"][side] = kept
    assert unnoticed == []


def test_the_harness_sees_a_score_that_no_example_holds() -> None:
    raw = tomllib.loads((ROOT / "drugs" / "cyp2d6-hydrocodone.toml").read_text("utf-8"))
    raw["case"] = [case for case in raw["case"] if case.get("genes", {}).get("CYP2D6") != "activity score 2.25"]
    entry = next(entry for entry in raw["recommendation"] if entry["id"] == "cyp2d6-hydrocodone-normal")
    entry["results"][0]["scores"][1] = "2"
    assert decode(raw, DrugFile).case_failures() == []


@pytest.mark.parametrize(
    ("gene", "said", "phenotype", "score"),
    [
        ("cyp2d6", "*1/*2x2", "ultrarapid", "3"),
        ("cyp2d6", "*4/*4xN", "poor", "0"),
        ("cyp2d6", "*1/*10", "normal", "1.25"),
        ("cyp2d6", "*4/*1", "intermediate", "1"),
        ("cyp2c19", "*17/*1", "rapid", None),
        ("cyp2c19", "*1/*400", "indeterminate", None),
        ("slco1b1", "*5/*1", "decreased", None),
        ("g6pd", "B/A-", "variable", None),
    ],
)
def test_a_diplotype_is_read_in_either_order_and_with_copies(gene: str, said: str, phenotype: str, score: str | None) -> None:
    call = read_call(decode(tomllib.loads((ROOT / "genes" / f"{gene}.toml").read_text("utf-8")), GeneFile), said)
    assert (call.phenotype, None if call.score is None else str(call.score)) == (phenotype, score)


def test_a_diplotype_and_its_phenotype_lead_to_the_same_advice() -> None:
    by_alleles = pharmacogenomics("CYP2C19", None, "*2/*2", "clopidogrel")
    by_phenotype = pharmacogenomics("CYP2C19", "poor metabolizer", None, "clopidogrel")
    assert by_alleles.recommendations == by_phenotype.recommendations
    assert [(each.action, each.strength) for each in by_alleles.recommendations] == [
        ("avoid", "strong"),
        ("avoid", "moderate"),
        ("avoid", "moderate"),
    ]


@pytest.mark.parametrize("said", ["", "indeterminate", "no result", "*1/*999"])
def test_no_call_is_never_the_usual_dose(said: str) -> None:
    answer = pharmacogenomics("CYP2D6", said, None, "codeine")
    assert (answer.outcome, answer.recommendations, answer.missing) == ("no_call", (), ("CYP2D6",))


def test_a_phenotype_that_leaves_the_score_open_says_so() -> None:
    answer = pharmacogenomics("CYP2D6", "intermediate", None, "nortriptyline")
    assert [(each.id, each.depends_on_score) for each in answer.recommendations] == [
        ("cyp2d6-nortriptyline-intermediate-low", True),
        ("cyp2d6-nortriptyline-intermediate-high", True),
    ]


def test_an_uncovered_medicine_or_gene_is_not_checked() -> None:
    assert pharmacogenomics("CYP2D6", "poor", None, "lisinopril").outcome == "not_checked"
    assert pharmacogenomics("ABCB1", "poor").outcome == "not_checked"
    assert pharmacogenomics("CYP2C19", "poor", None, "codeine").outcome == "not_checked"


def test_the_population_of_the_record_chooses_the_row() -> None:
    adult = Facts(AS_OF, birth_date=date(1970, 1, 1), phenotypes={"CYP2C19": "rapid"})
    child = Facts(AS_OF, birth_date=date(2015, 1, 1), phenotypes={"CYP2C19": "rapid"})
    assert [each.id for each in pharmacogenomics(medication="voriconazole", facts=adult).recommendations] == [
        "cyp2c19-voriconazole-adult-fast"
    ]
    assert [each.id for each in pharmacogenomics(medication="voriconazole", facts=child).recommendations] == [
        "cyp2c19-voriconazole-child-rapid"
    ]


def test_a_plan_is_told_of_codeine_in_an_ultrarapid_metabolizer_and_not_of_the_usual_dose() -> None:
    grave = check_phenotypes([use("codeine")], patient(CYP2D6="*1/*2xN"))
    usual = check_phenotypes([use("codeine")], patient(CYP2D6="*1/*1"))
    assert [(i.code, i.severity, i.interruptive, i.participants, i.facts) for i in grave] == [
        ("GEN", "major", True, ("codeine", "CYP2D6"), ("phenotype:CYP2D6",))
    ]
    assert usual == ()


def test_a_medicine_that_is_taken_well_is_told_of_without_interrupting() -> None:
    issues = check_phenotypes([use("clopidogrel", currency="current")], patient(CYP2C19="poor"))
    assert {(i.interruptive, i.blocks_start_only) for i in issues} == {(False, True)}


def test_without_a_recorded_reason_the_gravest_row_is_told_and_the_reason_asked_for() -> None:
    issues = check_phenotypes([use("clopidogrel")], patient(CYP2C19="poor"))
    assert [(i.rule.id, i.missing, i.interruptive) for i in issues] == [
        ("cyp2c19-clopidogrel-acs-poor", ("what clopidogrel is taken for",), False)
    ]


def test_abacavir_waits_for_its_test_and_carbamazepine_that_is_taken_does_not() -> None:
    asked = check_phenotypes([use("abacavir")], patient())
    assert [(i.severity, i.missing, i.interruptive) for i in asked] == [("major", ("HLA-B*57:01",), True)]
    assert check_phenotypes([use("abacavir", currency="current")], patient()) == ()


def test_a_cream_of_fluorouracil_needs_no_test_and_an_infusion_does() -> None:
    cream, infusion = replace(use("fluorouracil"), route="topical"), replace(use("fluorouracil"), route="intravenous")
    assert check_phenotypes([cream], patient()) == ()
    assert [i.missing for i in check_phenotypes([infusion], patient())] == [("DPYD",)]


def test_a_contraindicated_allele_bars_and_a_missing_test_does_not() -> None:
    positive = barred(frozenset({"abacavir"}), Facts(AS_OF, phenotypes={"HLA-B*57:01": "positive"}))
    assert positive is not None
    assert (positive.rule.id, positive.severity) == ("hla-b-abacavir-positive", "contraindicated")
    assert barred(frozenset({"abacavir"}), patient()) is None


def test_an_hla_diplotype_answers_for_the_allele_that_matters() -> None:
    assert read_phenotypes({"HLA-B": "*57:01/*07:02"}) == {
        "HLA-B*57:01": "positive",
        "HLA-B*58:01": "negative",
        "HLA-B*15:02": "negative",
    }


def test_an_hla_gene_that_is_positive_for_no_named_allele_is_no_call() -> None:
    assert pharmacogenomics("HLA-B", "positive", None, "abacavir").outcome == "no_call"
    assert pharmacogenomics("HLA-B", "*57:01 positive", None, "abacavir").recommendations[0].action == "contraindicated"


def test_a_gene_is_known_in_any_case_and_by_either_of_its_names() -> None:
    assert pharmacogenomics("cyp2d6", "*4/*4", None, "codeine") == pharmacogenomics("CYP2D6", "*4/*4", None, "codeine")
    assert [call.phenotype for call in pharmacogenomics("IFNL3", "C/T").calls] == ["unfavourable"]


def test_what_cannot_be_read_is_left_out_of_the_phenotypes() -> None:
    assert read_phenotypes({"CYP2C19": "*2/*2", "CYP2D6": "*1/*999", "TPMT": ""}) == {"CYP2C19": "poor"}


def test_every_file_can_be_cited_by_id_and_version() -> None:
    assert all(knows(file.id, file.version) and knows(file.recommendation[0].id, file.version) for file in documents())
    assert not knows("cyp2c19-clopidogrel", "0.0.0")


def test_alleles_stand_beside_a_phenotype_that_they_mean_and_are_left_out_beside_another() -> None:
    said = {"cyp2c9": "*1/*3", "VKORC1": "T/T", "CYP2D6": "poor metabolizer"}
    assert read_diplotypes(said, read_phenotypes(said)) == {"CYP2C9": "*1/*3", "VKORC1": "T/T"}
    assert read_diplotypes(said, {"CYP2C9": "poor"}) == {}
