"""The special engines, each beside a figure worked out by hand from its source."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from tools.clinical.errors import OutOfScopeError
from tools.clinical.facts import Facts, Ingredient, MedicationUse, Regimen
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity
from tools.dosing import DoseAnswer, calculate_dose, exchange, morphine_equivalents, next_basal_dose
from tools.dosing.area import dose_for_area
from tools.dosing.cases import facts_of
from tools.dosing.equivalents import convert_steroid, rotate_opioid
from tools.dosing.genotype_start import genotype_start
from tools.dosing.insulin import titrate_basal_insulin
from tools.dosing.model import Given

Q = Quantity.parse


def patient(age: str = "60 a", has: tuple[str, ...] = (), takes: tuple[str, ...] = (), **labs: str) -> Facts:
    """A patient with these values."""
    return facts_of(Given(age=age, has=has, takes=takes, labs={name.replace("_", "-"): text for name, text in labs.items()}))


def opioid(name: str, daily: str, **more: object) -> MedicationUse:
    """An opioid at a daily dose."""
    use = MedicationUse(
        f"MedicationRequest/{name}", name, (Ingredient(name),), frozenset({name, "opioid"}), regimen=Regimen(daily=Q(daily))
    )
    return replace(use, **more)


def test_vancomycin_of_a_man_of_80_kg_with_a_clearance_of_100() -> None:
    # clearance (0.689 × 100 + 3.66) × 0.06 = 4.35 L/h; half-life ln 2 × 56 / 4.35 = 8.9 h; 500 × 4.35 = 2177 mg a day
    answer = dose_for_area(patient(body_weight="80 kg", creatinine_clearance="100 mL/min"))
    assert answer.text == "2000 mg once, then 2250 mg into a vein once daily"
    assert answer.start
    assert (answer.start.amount, answer.start.per) == (PlanQuantity("2250", "mg"), "24 h")


def test_vancomycin_is_given_more_often_where_clearance_is_high() -> None:
    answer = dose_for_area(patient(body_weight="70 kg", creatinine_clearance="120 mL/min"))
    assert answer.text == "1750 mg once, then 1250 mg into a vein every 12 hours"


@pytest.mark.parametrize("problem", ["dialysis", "acute-kidney-injury"])
def test_vancomycin_is_left_to_levels_where_kidneys_change(problem: str) -> None:
    answer = dose_for_area(patient(has=(problem,), body_weight="80 kg", creatinine_clearance="100 mL/min"))
    assert (answer.outcome, answer.start) == ("out_of_scope", None)


def test_vancomycin_of_a_17_year_old_is_out_of_scope() -> None:
    assert dose_for_area(patient("17 a", body_weight="60 kg", creatinine_clearance="100 mL/min")).outcome == "out_of_scope"


def test_vancomycin_without_a_clearance_asks_for_it() -> None:
    assert dose_for_area(patient(body_weight="80 kg")).missing == ("creatinine-clearance",)


def test_vancomycin_of_a_weight_that_cannot_be_right_asks() -> None:
    answer = dose_for_area(patient(body_weight="400 kg", creatinine_clearance="100 mL/min"))
    assert (answer.outcome, answer.missing, answer.issue is not None, answer.question != "") == ("missing", ("body-weight",), True, True)


def test_warfarin_of_a_man_of_60_without_genotype() -> None:
    # 4.0376 − 0.2546 × 6 + 0.0118 × 175 + 0.0134 × 80 + 0.0443 = 5.6913; squared 32.4 mg a week
    answer = genotype_start(patient(body_weight="80 kg", body_height="175 cm"))
    assert answer.text == "4.5 mg by mouth once daily"


def test_warfarin_with_two_variants_needs_much_less() -> None:
    # 5.6044 − 0.2614 × 6 + 0.0087 × 175 + 0.0128 × 80 − 0.1032 − 1.6974 − 0.9357 = 3.846; squared 14.8 mg a week
    answer = genotype_start(patient(body_weight="80 kg", body_height="175 cm"), {"VKORC1": "A/A", "CYP2C9": "*1/*3"})
    assert answer.text == "2 mg by mouth once daily"


def test_a_gene_that_was_not_called_is_unknown_and_not_normal() -> None:
    facts = patient(body_weight="80 kg", body_height="175 cm")
    normal = genotype_start(facts, {"VKORC1": "G/G", "CYP2C9": "*1/*1"})
    unknown = genotype_start(facts, {"VKORC1": "G/G"})
    assert (normal.text, unknown.text) == ("6 mg by mouth once daily", "5.5 mg by mouth once daily")


def test_warfarin_with_amiodarone_needs_less() -> None:
    answer = genotype_start(patient(takes=("amiodarone",), body_weight="80 kg", body_height="175 cm"))
    # 5.6913 − 0.5695 = 5.1218; squared 26.2 mg a week, 3.75 a day
    assert answer.text == "3.5 mg by mouth once daily"


def by_genes(genes: dict[str, str], alleles: str = "", **more: Any) -> DoseAnswer:
    """The dose of warfarin as a plan asks for it, for a patient of these genes; `alleles` are those of CYP2C9."""
    facts = patient(**{"has": ("atrial-fibrillation",), "body_weight": "80 kg", "body_height": "175 cm", **more})
    facts = replace(facts, phenotypes=genes, diplotypes={"CYP2C9": alleles} if alleles else {})
    return calculate_dose("warfarin", "atrial-fibrillation", facts)


def test_warfarin_of_a_record_with_both_genes_goes_by_the_algorithm() -> None:
    answer = by_genes({"CYP2C9": "intermediate", "VKORC1": "high-sensitivity"}, alleles="*3/*1")
    assert (answer.text, answer.indication) == ("2 mg by mouth once daily", "atrial-fibrillation")
    assert answer.adjustments[0].because[-2:] == ("phenotype:CYP2C9", "phenotype:VKORC1")
    assert by_genes({"CYP2C9": "normal", "VKORC1": "low-sensitivity"}).text == "6 mg by mouth once daily"


def test_warfarin_of_a_record_with_one_gene_goes_by_the_table() -> None:
    assert by_genes({"VKORC1": "high-sensitivity"}).text == "5 mg by mouth once daily"


def test_a_reduced_gene_without_its_alleles_asks_for_them() -> None:
    answer = by_genes({"CYP2C9": "intermediate", "VKORC1": "high-sensitivity"})
    assert (answer.outcome, answer.missing) == ("missing", ("CYP2C9 alleles",))


def test_alleles_of_which_the_algorithm_knows_nothing_are_not_normal() -> None:
    answer = by_genes({"CYP2C9": "intermediate", "VKORC1": "high-sensitivity"}, alleles="*1/*5")
    assert (answer.outcome, answer.start) == ("out_of_scope", None)


def test_the_dose_by_genes_says_where_the_table_would_begin_lower() -> None:
    answer = by_genes({"CYP2C9": "normal", "VKORC1": "low-sensitivity"}, age="70 a")
    assert answer.adjustments[1].text.startswith("the table begins with 2.5 mg by mouth once daily: 70 years and older")


def test_warfarin_without_height_asks_for_it() -> None:
    assert genotype_start(patient(body_weight="80 kg")).missing == ("body-height",)


@pytest.mark.parametrize(
    ("readings", "text"),
    [
        (["131 mg/dL", "131 mg/dL"], "22 units under the skin once daily"),
        (["130 mg/dL", "130 mg/dL"], ""),
        (["80 mg/dL", "120 mg/dL"], ""),
        (["79 mg/dL", "200 mg/dL"], "18 units under the skin once daily"),
        (["54 mg/dL"], "18 units under the skin once daily"),
        (["53 mg/dL"], "16 units under the skin once daily"),
        ([], ""),
    ],
)
def test_basal_insulin_follows_fasting_glucose(readings: list[str], text: str) -> None:
    answer = titrate_basal_insulin("insulin-glargine", Q("20 U"), [Q(r) for r in readings], patient(body_weight="80 kg"))
    assert answer.text == text


def test_basal_insulin_of_half_a_unit_per_kg_is_not_raised() -> None:
    facts = patient(body_weight="80 kg")
    assert titrate_basal_insulin("insulin-glargine", Q("40 U"), [Q("200 mg/dL")], facts).outcome == "nothing_found"
    assert titrate_basal_insulin("insulin-glargine", Q("39 U"), [Q("200 mg/dL")], facts).outcome == "found"


def test_morphine_equivalents_add_up() -> None:
    total = morphine_equivalents([opioid("oxycodone", "40 mg"), opioid("tramadol", "200 mg/d")])
    assert (total.total, total.not_counted) == (Quantity(Decimal("100.0"), "mg"), ())


@pytest.mark.parametrize("daily", ["1 mg/kg/d", "5 U/d", "2 {dose}/d", "3 mL/d"])
def test_an_opioid_that_is_not_dosed_by_mass_is_not_counted(daily: str) -> None:
    total = morphine_equivalents([opioid("morphine", "30 mg/d"), replace(opioid("oxycodone", daily), reference="m2")])
    assert (total.total, total.not_counted) == (Q("30.0 mg"), (("m2", "the daily dose of the opioid is not recorded"),))


def test_a_patch_whose_strength_is_no_release_rate_is_not_counted() -> None:
    patch = MedicationUse(
        "m", "fentanyl patch", (Ingredient("fentanyl"),), frozenset({"opioid"}), route="transdermal", strength=Q("2 mL/h")
    )
    assert morphine_equivalents([patch]).not_counted == (("m", "the release rate of the patch is not recorded"),)


def test_a_patch_counts_by_its_release_rate() -> None:
    patch = MedicationUse(
        "m", "fentanyl patch", (Ingredient("fentanyl"),), frozenset({"opioid"}), route="transdermal", strength=Q("25 ug/h")
    )
    assert morphine_equivalents([patch]).total == Quantity(Decimal("60.0"), "mg")


def test_what_cannot_be_counted_is_said() -> None:
    unknown = MedicationUse("m1", "oxycodone", (Ingredient("oxycodone"),), frozenset({"opioid"}))
    film = opioid("buprenorphine", "16 mg")
    total = morphine_equivalents([unknown, film])
    assert [reference for reference, _ in total.not_counted] == ["m1", "MedicationRequest/buprenorphine"]


def test_an_opioid_that_is_over_does_not_count() -> None:
    assert morphine_equivalents([opioid("morphine", "60 mg", currency="old")]).total == Quantity(Decimal(0), "mg")


def test_a_change_of_opioid_takes_off_a_quarter_to_a_half() -> None:
    assert rotate_opioid("oxycodone", Q("40 mg"), "hydromorphone") == (Quantity(Decimal("6.0"), "mg"), Quantity(Decimal("9.0"), "mg"))


@pytest.mark.parametrize("to", ["methadone", "fentanyl", "buprenorphine", "ibuprofen"])
def test_a_change_that_needs_a_specialist_is_refused(to: str) -> None:
    with pytest.raises(OutOfScopeError):
        rotate_opioid("morphine", Q("60 mg"), to)


def test_6_mg_of_dexamethasone_is_40_mg_of_prednisone() -> None:
    assert convert_steroid("dexamethasone", Q("6 mg"), "prednisone") == Quantity(Decimal("40.000"), "mg")


def test_an_inhaled_steroid_is_not_in_the_table() -> None:
    with pytest.raises(OutOfScopeError):
        convert_steroid("fluticasone", Q("1 mg"), "prednisone")


def test_an_opioid_in_place_of_another_is_a_range_with_what_was_not_looked_at() -> None:
    answer = exchange(opioid("oxycodone", "40 mg"), "hydromorphone", patient())
    assert (answer.text, answer.begin_per_day, answer.start) == (
        "6 to 9 mg of hydromorphone a day in all, by mouth, in place of 40 mg of oxycodone a day",
        (PlanQuantity("6", "mg"), PlanQuantity("9", "mg")),
        None,
    )
    assert [one.text.partition(":")[0] for one in answer.adjustments] == [
        "the equal dose less a quarter to a half",
        "a daily dose, to be divided as the label of the product says; the one opioid ends when the other begins",
        "not looked at",
    ]


def test_a_steroid_in_place_of_another_is_one_dose() -> None:
    answer = exchange(opioid("dexamethasone", "6 mg"), "prednisone", patient())
    assert (answer.text, answer.begin_per_day) == (
        "40 mg of prednisone a day in all, by mouth, in place of 6 mg of dexamethasone a day",
        (PlanQuantity("40", "mg"), PlanQuantity("40", "mg")),
    )


@pytest.mark.parametrize(
    ("present", "to", "age", "outcome"),
    [
        (opioid("morphine", "60 mg"), "oxycodone", "17 a", "out_of_scope"),
        (opioid("morphine", "60 mg"), "oxycodone", "18 a", "found"),
        (opioid("morphine", "60 mg", route="intravenous"), "oxycodone", "60 a", "out_of_scope"),
        (opioid("morphine", "60 mg", route="oral"), "oxycodone", "60 a", "found"),
        (opioid("morphine", "60 mg"), "methadone", "60 a", "out_of_scope"),
        (opioid("fentanyl", "1 mg"), "morphine", "60 a", "out_of_scope"),
        (opioid("morphine", "60 mg", regimen=Regimen()), "oxycodone", "60 a", "missing"),
        (opioid("morphine", "0 mg"), "oxycodone", "60 a", "missing"),
        (opioid("morphine", "200 mg"), "oxycodone", "60 a", "found"),
        (opioid("morphine", "201 mg"), "oxycodone", "60 a", "out_of_scope"),
        (opioid("methylprednisolone", "1000 mg"), "prednisone", "60 a", "found"),
        (opioid("methylprednisolone", "1001 mg"), "prednisone", "60 a", "out_of_scope"),
        (opioid("morphine", "60 mg"), "prednisone", "60 a", "not_covered"),
        (opioid("fluticasone", "1 mg"), "prednisone", "60 a", "not_covered"),
    ],
)
def test_where_there_is_no_exchange_the_answer_says_so(present: MedicationUse, to: str, age: str, outcome: str) -> None:
    answer = exchange(present, to, patient(age))
    assert (answer.outcome, answer.begin_per_day is None) == (outcome, outcome != "found")


def glargine(**more: object) -> MedicationUse:
    """Twenty units of insulin glargine a day."""
    use = MedicationUse(
        "m", "insulin glargine", (Ingredient("insulin-glargine"),), frozenset({"insulin-basal"}), regimen=Regimen(Q("20 U"), Q("24 h"))
    )
    return replace(use, **more)


@pytest.mark.parametrize(
    ("use", "given", "outcome"),
    [
        (glargine(), {}, "found"),
        (glargine(), {"age": "17 a"}, "out_of_scope"),
        (glargine(), {"has": ("type-1-diabetes",)}, "out_of_scope"),
        (glargine(regimen=Regimen(Q("10 U"), Q("12 h"))), {}, "out_of_scope"),
        (glargine(regimen=Regimen()), {}, "missing"),
        (glargine(regimen=Regimen(Q("200 U"), Q("24 h"))), {}, "found"),
        (glargine(regimen=Regimen(Q("201 U"), Q("24 h"))), {}, "out_of_scope"),
        (glargine(kinds=frozenset({"insulin-rapid"})), {}, "not_covered"),
    ],
)
def test_the_next_basal_dose_is_for_adults_with_type_2_diabetes_once_a_day(use: MedicationUse, given: dict[str, Any], outcome: str) -> None:
    answer = next_basal_dose(use, [Q("150 mg/dL")], patient(**{"has": ("type-2-diabetes",), **given}))
    assert (answer.outcome, answer.start is not None) == (outcome, outcome == "found")
