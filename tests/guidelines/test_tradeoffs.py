"""What options bring: every condition of a figure is guarded by an example, and figures are told to whom they belong."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from msgspec import structs

from tests.guidelines.patients import patient
from tests.guidelines.test_nudging import nudged
from tools.guidelines.aftercare import After, AftercareFile, aftercare_files, following, gap_between
from tools.guidelines.tradeoffs import Figure, TradeoffFile, stated_in, tradeoff, tradeoff_files
from tools.terminology import terminology

FILES = tradeoff_files()


def variants(file: TradeoffFile) -> Iterator[tuple[str, TradeoffFile]]:
    for name in ("benefit", "harm"):
        figures: tuple[Figure, ...] = getattr(file, name)
        for n, figure in enumerate(figures):
            for label, when in nudged(figure.when):
                changed = (*figures[:n], structs.replace(figure, when=when), *figures[n + 1 :])
                yield f"{figure.id}: {label}", structs.replace(file, **{name: changed})


@pytest.mark.parametrize("file", FILES, ids=[file.id for file in FILES])
def test_the_examples_come_out_and_a_nudged_number_makes_one_fail(file: TradeoffFile) -> None:
    assert file.case_failures() == []
    assert [label for label, changed in variants(file) if not changed.case_failures()] == []


def test_a_figure_without_its_comparison_is_refused() -> None:
    figure = Figure(id="x", outcome="death", source="s", per_1000="-10", over="a year", population="everybody")
    assert figure.faults() == ["x: a figure needs its time span, its population and what it is compared with"]


@pytest.mark.parametrize(("per_1000", "needed"), [("-53", 19), ("-50", 20), ("0.3", 3334), (None, None)])
def test_numbers_needed_are_rounded_up(per_1000: str | None, needed: int | None) -> None:
    figure = Figure(id="x", outcome="death", source="s", per_1000=per_1000, text="or none")
    assert figure.needed == needed


def test_a_combination_is_told_by_its_own_file_before_that_of_a_part() -> None:
    kinds = frozenset({"sacubitril/valsartan"}) | terminology().kinds_of("sacubitril") | terminology().kinds_of("valsartan")
    found = tradeoff("sacubitril/valsartan", kinds, patient(has=("heart-failure-reduced-ef",)))
    assert found is not None
    assert [(figure.per_1000, figure.against) for figure, _ in found.benefits] == [("-47", "enalapril"), ("-28", "enalapril")]


def test_a_medicine_of_which_no_file_speaks_has_no_tradeoff() -> None:
    assert tradeoff("acetaminophen", terminology().kinds_of("acetaminophen"), patient()) is None


@pytest.mark.parametrize(("tsh", "essential"), [("20.1", True), ("20", False)])
def test_none_is_no_option_where_the_body_lacks_the_hormone(tsh: str, essential: bool) -> None:
    found = tradeoff("levothyroxine", terminology().kinds_of("levothyroxine"), patient(labs={"tsh": f"{tsh} m[IU]/L"}))
    assert found is not None
    assert bool(found.essential) is essential


def test_nothing_coded_states_no_preference() -> None:
    assert stated_in(patient(has=("hypertension",))) == ()


def test_every_figure_has_a_decimal_of_one_sign_and_says_for_how_long() -> None:
    figures = [figure for file in FILES for figure in (*file.benefit, *file.harm) if figure.per_1000]
    assert all(Decimal(figure.per_1000 or "0") and figure.over and figure.population for figure in figures)
    assert len(figures) > 60


def after_variants(file: AftercareFile) -> Iterator[tuple[str, AftercareFile]]:
    for n, entry in enumerate(file.after):
        for label, when in nudged(entry.when):
            changed: tuple[After, ...] = (*file.after[:n], structs.replace(entry, when=when), *file.after[n + 1 :])
            yield f"{entry.id}: {label}", structs.replace(file, after=changed)


def test_the_aftercare_examples_come_out_and_guard_its_numbers() -> None:
    for file in aftercare_files():
        assert file.case_failures() == []
        assert [label for label, changed in after_variants(file) if not changed.case_failures()] == []


def test_potassium_is_measured_soonest_after_an_mra() -> None:
    found = following(terminology().kinds_of("spironolactone"), "start", patient(has=("heart-failure",)))
    assert next((entry.days, entry.tests) for entry in found) == (7, ("serum-potassium", "serum-creatinine"))


def test_thirty_six_hours_lie_between_an_ace_inhibitor_and_an_arni_and_none_after_an_arb() -> None:
    first = terminology().kinds_of("sacubitril")
    gap = gap_between(terminology().kinds_of("lisinopril"), first)
    assert gap is not None
    assert gap.days == 2
    assert gap_between(terminology().kinds_of("losartan"), first) is None
