"""The calculators of equal doses and the tables by which a medicine is changed for another say the same of each medicine."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tools.calculators import calculate
from tools.calculators.engine import catalogue
from tools.clinical.quantity import Quantity
from tools.dosing.equivalents import convert_steroid
from tools.dosing.parameters import parameters

OPIOIDS, STEROIDS = parameters("opioids"), parameters("steroids")


def by_calculator(name: str, **given: str) -> Decimal:
    inputs = {key.replace("_", "-"): Quantity.parse(said) if said[0].isdigit() else said for key, said in given.items()}
    found = calculate(name, inputs).quantity
    assert found is not None
    return found.value


def test_both_know_the_same_steroids_and_the_same_opioids() -> None:
    steroid, opioid = catalogue()["steroid-equivalent"].calculator, catalogue()["mme"].calculator
    choices = [set(given.choices) for given in steroid.input if given.name in {"from", "to"}]
    assert choices == [set(STEROIDS.table["mg"])] * 2
    assert {given.name for given in opioid.input} - {"fentanyl-patch"} == set(OPIOIDS.table["mg"])


@pytest.mark.parametrize("name", sorted(OPIOIDS.table["mg"]))
def test_an_opioid_has_one_factor(name: str) -> None:
    assert by_calculator("mme", **{name: "100 mg/d"}) == Decimal(str(OPIOIDS.table["mg"][name])) * 100


def test_a_patch_has_one_factor() -> None:
    assert by_calculator("mme", fentanyl_patch="100 ug/h") == Decimal(str(OPIOIDS.number["patch"])) * 100


@pytest.mark.parametrize("name", sorted(STEROIDS.table["mg"]))
def test_a_steroid_has_one_equal_dose_both_ways(name: str) -> None:
    for one, other in ((name, "prednisone"), ("prednisone", name)):
        given = {"dose": "30 mg", "from": one, "to": other}
        assert by_calculator("steroid-equivalent", **given) == convert_steroid(one, Quantity.parse("30 mg"), other).value
