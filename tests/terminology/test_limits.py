"""Every limit of every observable is held from both sides: nudge it one step and a case of its file fails."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import msgspec
import pytest

from tools.clinical.knowledge import load
from tools.clinical.quantity import Quantity
from tools.terminology.model import HERE, Band, ObservableCase, ObservableEntry, ObservableFile
from tools.terminology.observables import Observable, Observables

FILES = load(HERE / "observables", ObservableFile)
LIMITS = ("low", "high", "abnormal_low", "abnormal_high")


def flag(observable: Observable, case: ObservableCase) -> str:
    quantity = Quantity(case.value, observable.unit)
    return observable.abnormal(quantity, case.age, case.sex) or "normal" if observable.plausible(quantity) else "implausible"


def failures(entry: ObservableEntry, cases: tuple[ObservableCase, ...]) -> list[str]:
    observable = Observables([entry]).named(entry.name)
    assert observable is not None
    return [case.name for case in cases if case.flag and case.observable == entry.name and flag(observable, case) != case.flag]


def unnoticed(entry: ObservableEntry, cases: tuple[ObservableCase, ...]) -> list[str]:
    found = []
    for limit in LIMITS:
        value = getattr(entry, limit)
        if value is None:
            continue
        step = Decimal(1).scaleb(value.as_tuple().exponent)
        found += [
            f"{limit} {to}" for to in (value - step, value + step) if not failures(msgspec.structs.replace(entry, **{limit: to}), cases)
        ]
    return found


def unnoticed_bands(entry: ObservableEntry, cases: tuple[ObservableCase, ...]) -> list[str]:
    """Nudges of the limits and ages of the bands that no case notices."""
    found = []
    for place, band in enumerate(entry.band):
        for changed in nudged(band):
            bands = (*entry.band[:place], changed, *entry.band[place + 1 :])
            if not failures(msgspec.structs.replace(entry, band=bands), cases):
                found.append(f"{band} to {changed}")
    return found


def nudged(band: Band) -> Iterator[Band]:
    for name in ("abnormal_low", "abnormal_high"):
        if (value := getattr(band, name)) is not None:
            step = Decimal(1).scaleb(value.as_tuple().exponent)
            yield from (msgspec.structs.replace(band, **{name: to}) for to in (value - step, value + step))
    if band.until is not None:
        yield from (msgspec.structs.replace(band, until=to) for to in (band.until - 1, band.until + 1))


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_every_limit_of_the_file_is_held_from_both_sides(file: ObservableFile) -> None:
    assert {entry.name: left for entry in file.observable if (left := unnoticed(entry, file.case))} == {}


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_every_limit_of_an_age_or_a_sex_is_held_from_both_sides(file: ObservableFile) -> None:
    assert {entry.name: left for entry in file.observable if (left := unnoticed_bands(entry, file.case))} == {}


def test_a_body_mass_index_of_16_is_judged_from_20_years_on() -> None:
    entry = ObservableEntry(
        name="x", title="X", unit="kg/m2", kind="vital", abnormal_low=Decimal("18.5"), band=(Band(until=20, source="a"),)
    )
    observable = Observables([entry]).named("x")
    assert observable is not None
    thin = Quantity(Decimal(16), "kg/m2")
    assert [observable.abnormal(thin, age) for age in (19, 20, None)] == [None, "low", "low"]


def test_a_band_of_one_sex_says_nothing_where_the_sex_is_not_known() -> None:
    assert [Band(sex="male", source="a").holds(30, sex) for sex in ("male", "female", None)] == [True, False, False]


def test_the_nudge_is_noticed_only_where_a_case_stands() -> None:
    entry = ObservableEntry(name="x", title="X", unit="mg/dL", kind="laboratory", abnormal_high=Decimal(5))
    on = ObservableCase(name="on", value=Decimal(5), unit="mg/dL", observable="x", flag="normal")
    over = ObservableCase(name="over", value=Decimal(6), unit="mg/dL", observable="x", flag="high")
    assert unnoticed(entry, (on, over)) == []
    assert unnoticed(entry, (on,)) == ["abnormal_high 6"]
    assert unnoticed(entry, ()) == ["abnormal_high 4", "abnormal_high 6"]
