"""Third-party vectors: each within the tolerance that it states, or named here with the reason why it is not."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from agent.errors import RecordError
from scenarios.calculator_vectors import (
    NOT_BEARING_ON_PRESCRIBING,
    REFUSED_OR_OTHERWISE,
    Inputs,
    agreement,
    covered,
    outcome_of,
    quantity,
    rows,
)
from tools.calculators import CalculationAnswer, calculate


def test_vectors_of_bedside_calculators_agree(shared_data: Path) -> None:
    asked = [
        row for row in rows(shared_data / "calc/medcalc_bench_agreed_even.jsonl") if row["calculator"] not in NOT_BEARING_ON_PRESCRIBING
    ]
    assert all(covered(row["calculator"]) for row in asked)
    otherwise = {row["id"]: outcome_of(row) for row in asked}
    assert {id_: got for id_, got in otherwise.items() if got != "agrees" and id_ not in REFUSED_OR_OTHERWISE} == {}
    assert [id_ for id_ in REFUSED_OR_OTHERWISE if otherwise[id_] == "agrees"] == []


def test_what_the_command_prints_is_what_the_rows_say() -> None:
    bmi = {"calculator": "Body Mass Index (BMI)", "inputs": {"weight": [70, "kg"], "height": [175, "cm"]}, "id": "1"}
    good = {**bmi, "corrected_lower": "22.8", "corrected_upper": "22.9"}
    bad = {**bmi, "corrected_lower": "20", "corrected_upper": "21", "id": "2"}
    share, table, otherwise = agreement([good, bad, {**good, "calculator": "Score of a kind that nobody knows"}])
    assert (share.met, share.asked) == (1, 2)
    assert table[1][1] == ("Score of a kind that nobody knows", "not answered here")
    assert [row[1:3] for row in otherwise[1]] == [("2", "22.9 is not within 20 to 21")]


def test_a_row_whose_inputs_are_not_understood_is_no_agreement() -> None:
    row = {"calculator": "Body Mass Index (BMI)", "inputs": {"weight": ["heavy", "kg"]}, "corrected_lower": "1", "corrected_upper": "2"}
    assert outcome_of(row).startswith("the inputs are not understood")


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"request": "x"}\n')
    with pytest.raises(RecordError, match=r"has no field .calculator."):
        rows(tmp_path / "other.jsonl")


def lines(path: Path) -> list[Inputs]:
    """The lines of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


OUTCOMES = {"total_cvd": "total", "ascvd": "ascvd", "heart_failure": "hf", "chd": "chd", "stroke": "stroke"}


EXTENDED = {"prevent-total-10y", "prevent-ascvd-10y", "prevent-hf-10y", "prevent-total-30y", "prevent-ascvd-30y"}
"""The outcomes for which the equations with HbA1c and with urine albumin are here; those with a deprivation index are not."""


@pytest.mark.parametrize(
    ("test", "suffix", "extra"), [("Base", "", {}), ("HbA1c", "-with-hba1c", {"hba1c": "%"}), ("UACR", "-with-uacr", {"uacr": "mg/g"})]
)
def test_prevent_agrees_to_the_published_digits(shared_data: Path, test: str, suffix: str, extra: dict[str, str]) -> None:
    vector = next(row for row in lines(shared_data / "calc/prevent_vectors.jsonl") if row["test"].startswith(test))
    given = vector["inputs"]
    inputs: Inputs = {
        "age": quantity(given["age"], "a"), "sex": given["sex"], "total-cholesterol": quantity(given["total_c"], "mg/dL"), "hdl-cholesterol": quantity(given["hdl_c"], "mg/dL"),
        "systolic": quantity(given["sbp"], "mm[Hg]"), "bmi": quantity(given["bmi"], "kg/m2"), "egfr": quantity(given["egfr"], "mL/min/{1.73_m2}"),
        "diabetes": given["dm"], "smoking": given["smoking"], "treated": given["bp_tx"], "statin": given["statin"],
        **{name: quantity(given[name], unit) for name, unit in extra.items()},
    }  # fmt: skip
    published = {
        f"prevent-{OUTCOMES[name]}-{years[:-1]}": Decimal(str(value)) * 100
        for years, values in vector["expected"].items()
        for name, value in values.items()
    }
    expected = {name: value for name, value in published.items() if not suffix or name in EXTENDED}
    assert {name: Decimal(calculate(name + suffix, inputs).value) for name in expected} == expected


@pytest.mark.parametrize("group", ["white-female", "black-female", "white-male", "black-male"])
def test_pooled_cohort_agrees_to_the_published_digits(shared_data: Path, group: str) -> None:
    published = json.loads((shared_data / "calc/pooled_cohort_goff_examples.json").read_text("utf-8"))
    given = published["inputs"]
    inputs: Inputs = {
        "age": quantity(given["age"], "a"), "group": group, "total-cholesterol": quantity(given["total_c"], "mg/dL"), "hdl-cholesterol": quantity(given["hdl_c"], "mg/dL"),
        "systolic": quantity(given["sbp"], "mm[Hg]"), "diabetes": given["dm"], "smoking": given["smoking"], "treated": given["bp_tx"],
    }  # fmt: skip
    race, sex = group.split("-")
    assert Decimal(calculate("pce-ascvd-10y", inputs).value) == Decimal(str(published["expected_percent"][f"{sex}_{race}"]))


PACKAGES_NOT_FOLLOWED: Mapping[str, str] = {
    "calc_lbw": "another formula of lean mass (James, Boer) than the one of Janmahasatian",
    "calc_ibw": "the mean of the two sexes where no sex is given; here a sex is asked for",
    "calc_abw": "the mean of the two sexes where no sex is given; here a sex is asked for",
    "calc_egfr_cystatin": "assay-specific equations that the 2012 equation has replaced",
    "compute_map with a heart rate": "a rate-dependent formula that no guideline uses",
    "race": "equations with a term for race",
    "calc_carboplatin_calvert": "the package computes AUC × (1.2 × GFR + 20), not the published AUC × (GFR + 25)",
}  # fmt: skip
"""What the packages compute otherwise, and why it is not followed here."""

SIZES = {"Mosteller": "bsa", "DuBois-DuBois": "bsa-dubois", "Haycock": "bsa-haycock", "Gehan-George": "bsa-gehan-george", "mosteller": "bsa", "dubois": "bsa-dubois", "haycock": "bsa-haycock", "gehan_george": "bsa-gehan-george"}  # fmt: skip


def packaged(row: Inputs) -> CalculationAnswer | None:
    """The answer to a unit test of a package that has the same formula here; `None` for all others."""
    args, name = row["args"] or {}, row["function"]
    if any(isinstance(value, list) or value is None for value in args.values()) or row["expected"] is None:
        return None
    if name in {"calc_bsa", "compute_bsa"} and args.get("method") in SIZES:
        weight, height = row["positional"] or (args["weight"], args["height"])
        return calculate(SIZES[args["method"]], {"weight": quantity(weight, "kg"), "height": quantity(height, "cm")})
    if name in {"calc_bmi", "compute_bmi"}:
        return calculate("bmi", {"weight": quantity(args["weight"], "kg"), "height": quantity(args["height"], "cm")})
    if name == "compute_map" and "hr" not in args:
        return calculate(
            "mean-arterial-pressure", {"systolic": quantity(args["sysbp"], "mm[Hg]"), "diastolic": quantity(args["diabp"], "mm[Hg]")}
        )
    if name == "compute_egfr" and args["method"] in {"CKD-EPI", "CRCL"}:
        return kidney(
            "egfr-ckd-epi-2021" if args["method"] == "CKD-EPI" else "creatinine-clearance",
            args,
            [args["creat"], args["creatu"]],
            args["sex"] == "F",
        )
    if name == "calc_egfr" and args["method"] == "cockcroft_gault" and "relative" not in args:
        return kidney("creatinine-clearance", args, [args["scr"], "mg/dL"], args["sex"] == "female")
    if name == "ibw_devine":
        return calculate("ideal-body-weight", {"height": quantity(args["height"], "cm"), "sex": args["sex"]})
    return None


def kidney(name: str, args: Inputs, creatinine: list[Any], female: bool) -> CalculationAnswer:
    """Kidney function by one of the two equations for adults."""
    inputs: Inputs = {"age": quantity(args["age"], "a"), "creatinine": quantity(creatinine, "mg/dL"), "sex": "female" if female else "male"}
    return calculate(name, inputs | ({"weight": quantity(args["weight"], "kg")} if name == "creatinine-clearance" else {}))


def test_unit_tests_of_packages_with_the_same_formula_agree(shared_data: Path) -> None:
    held, otherwise = 0, []
    for row in lines(shared_data / "calc/r_package_unit_tests.jsonl"):
        answer = packaged(row)
        if answer is not None:
            held += 1
            places = row["rounded_to"] if row["rounded_to"] is not None else 2
            step = Decimal(1).scaleb(-min(places, -int(Decimal(answer.value or "0").as_tuple().exponent)))
            if not answer.value or abs(Decimal(answer.value) - Decimal(str(row["expected"]))) > step:
                otherwise.append((row["test"], row["expected"], answer.value, answer.reason))
    assert otherwise == []
    assert held >= 20
