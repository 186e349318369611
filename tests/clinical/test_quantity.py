"""Numbers with units: what converts, what is refused, and what no arithmetic bears."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tools.clinical.errors import UnitMismatchError
from tools.clinical.quantity import Quantity, decimal_of, plain, unit_dimension

Q = Quantity.parse


@pytest.mark.parametrize(
    ("given", "unit", "expected"),
    [
        ("250 10*3/uL", "10*9/L", "250 10*9/L"),
        ("250000 /uL", "10*9/L", "250 10*9/L"),
        ("1.2 mg/dL", "g/L", "0.012 g/L"),
        ("98.6 [degF]", "Cel", "37 Cel"),
        ("37 Cel", "[degF]", "98.6 [degF]"),
        ("70 kg", "[lb_av]", "154.3236 [lb_av]"),
        ("2 wk", "d", "14 d"),
        ("1 a", "d", "365.25 d"),
    ],
)
def test_a_quantity_is_the_same_in_another_unit_of_its_kind(given: str, unit: str, expected: str) -> None:
    assert str(Q(given).to(unit)) == expected


@pytest.mark.parametrize(("given", "unit"), [("1.2 mg/dL", "umol/L"), ("5 mg", "mL"), ("2 meq/L", "mmol/L"), ("60 /min", "mm[Hg]")])
def test_mass_volume_amount_and_equivalents_never_turn_into_each_other(given: str, unit: str) -> None:
    with pytest.raises(UnitMismatchError, match="cannot be turned into"):
        Q(given).to(unit)


@pytest.mark.parametrize(("one", "other", "expected"), [("1 g", "999 mg", 1), ("1 g", "1000 mg", 0), ("1 g", "1001 mg", -1)])
def test_a_comparison_is_exact_across_units(one: str, other: str, expected: int) -> None:
    assert Q(one).compare(Q(other)) == expected


@pytest.mark.parametrize("unit", ["spoon", "10*", "10*x/L", "10*100/L", "10*99999999/L", "mg/spoon"])
def test_what_is_not_listed_is_no_unit(unit: str) -> None:
    with pytest.raises(UnitMismatchError, match="write it in UCUM"):
        unit_dimension(unit)


@pytest.mark.parametrize("number", ["", "x", "NaN", "Infinity", "-Infinity", "1e31", "1e-31", "1e999999"])
def test_what_cannot_be_counted_with_is_refused(number: str) -> None:
    with pytest.raises(UnitMismatchError):
        decimal_of(number)


@pytest.mark.parametrize("number", ["0", "-3.5", "1e30", "1e-30"])
def test_what_can_be_counted_with_is_taken_as_written(number: str) -> None:
    assert decimal_of(number) == Decimal(number)


@pytest.mark.parametrize(
    ("value", "written"),
    [("1E+3", "1000"), ("7.10", "7.1"), ("100", "100"), ("0.00004", "0"), ("0.00005", "0"), ("0.00006", "0.0001"), ("2.50000", "2.5")],
)
def test_a_number_is_written_as_a_person_would(value: str, written: str) -> None:
    assert plain(Decimal(value)) == written
