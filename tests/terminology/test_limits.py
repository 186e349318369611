"""Every limit of every observable is held from both sides: nudge it one step and a case of its file fails."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from tools.clinical.knowledge import load
from tools.clinical.quantity import Quantity
from tools.terminology.model import HERE, ObservableCase, ObservableEntry, ObservableFile
from tools.terminology.observables import Observable, Observables

FILES = load(HERE / "observables", ObservableFile)
LIMITS = ("low", "high", "abnormal_low", "abnormal_high")


def flag(observable: Observable, value: Decimal) -> str:
    quantity = Quantity(value, observable.unit)
    return observable.abnormal(quantity) or "normal" if observable.plausible(quantity) else "implausible"


def failures(entry: ObservableEntry, cases: tuple[ObservableCase, ...]) -> list[str]:
    observable = Observables([entry]).named(entry.name)
    assert observable is not None
    return [case.name for case in cases if case.flag and case.observable == entry.name and flag(observable, case.value) != case.flag]


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


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_every_limit_of_the_file_is_held_from_both_sides(file: ObservableFile) -> None:
    assert {entry.name: left for entry in file.observable if (left := unnoticed(entry, file.case))} == {}


def test_the_nudge_is_noticed_only_where_a_case_stands() -> None:
    entry = ObservableEntry(name="x", title="X", unit="mg/dL", kind="laboratory", abnormal_high=Decimal(5))
    on = ObservableCase(name="on", value=Decimal(5), unit="mg/dL", observable="x", flag="normal")
    over = ObservableCase(name="over", value=Decimal(6), unit="mg/dL", observable="x", flag="high")
    assert unnoticed(entry, (on, over)) == []
    assert unnoticed(entry, (on,)) == ["abnormal_high 6"]
    assert unnoticed(entry, ()) == ["abnormal_high 4", "abnormal_high 6"]
