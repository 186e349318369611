"""What follows from a patient's facts, and what is said where something is missing."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from tools.calculators import Derived, derive
from tools.clinical.facts import Facts, Measurement, MedicationUse, Problem
from tools.clinical.quantity import Quantity

AS_OF = date(2026, 2, 1)


def measured(observable: str, text: str, when: date = date(2026, 1, 10)) -> Measurement:
    """A value of the record."""
    return Measurement(observable, Quantity.parse(text), when, f"Observation/{observable}")


def patient(*values: Measurement, born: date = date(1954, 1, 1), has: tuple[str, ...] = (), takes: tuple[str, ...] = ()) -> Facts:
    """A woman with these values."""
    return Facts(
        as_of=AS_OF,
        reference="Patient/1",
        birth_date=born,
        sex="female",
        problems=tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in has),
        medications=tuple(MedicationUse(f"MedicationRequest/{name}", name, kinds=frozenset({name})) for name in takes),
        measurements={value.observable: (value,) for value in values},
    )


def values(derived: Derived) -> dict[str, str]:
    """Computed values as text."""
    return {m.observable: str(m.quantity) for m in derived.measurements}


BODY = (measured("body-weight", "60 kg"), measured("body-height", "160 cm"))
CREATININE = measured("serum-creatinine", "1.2 mg/dL")


def test_kidney_and_body_follow_from_creatinine_weight_and_height() -> None:
    assert values(derive(patient(CREATININE, *BODY))) == {
        "creatinine-clearance": "40.1 mL/min",
        "creatinine-clearance-actual-weight": "40.1 mL/min",
        "bmi": "23.4 kg/m2",
        "bsa": "1.633 m2",
        "ideal-body-weight": "52.38 kg",
        "egfr": "48.1 mL/min/{1.73_m2}",
    }


def test_a_computed_value_names_its_inputs_and_its_formula() -> None:
    derived = derive(patient(CREATININE))
    egfr = next(m for m in derived.measurements if m.observable == "egfr")
    assert (egfr.reference, egfr.inputs, egfr.when) == (
        "calculation:egfr-ckd-epi-2021",
        ("Observation/serum-creatinine", "Patient/1"),
        date(2026, 1, 10),
    )
    calculation = next(c for c in derived.calculations if c.name == "egfr-ckd-epi-2021")
    assert (calculation.value, next((i.name, i.value, i.reference) for i in calculation.inputs)) == (
        "48.1",
        ("creatinine", "1.2", "Observation/serum-creatinine"),
    )


def test_a_measured_egfr_as_new_as_the_creatinine_stands() -> None:
    reported = measured("egfr", "55 mL/min/{1.73_m2}")
    assert "egfr" not in values(derive(patient(CREATININE, reported)))


def test_an_older_measured_egfr_gives_way() -> None:
    reported = measured("egfr", "55 mL/min/{1.73_m2}", date(2026, 1, 9))
    facts = patient(CREATININE, reported)
    latest = derive(facts).added_to(facts).latest("egfr")
    assert latest
    assert str(latest.quantity) == "48.1 mL/min/{1.73_m2}"


def test_from_120_percent_of_ideal_weight_the_adjusted_weight_is_used_and_named() -> None:
    heavy = patient(CREATININE, measured("body-weight", "62.86 kg"), measured("body-height", "160 cm"))
    light = patient(CREATININE, measured("body-weight", "62.85 kg"), measured("body-height", "160 cm"))
    names = [derive(facts).calculations[0].inputs[1].name for facts in (heavy, light)]
    assert names == ["weight (adjusted weight)", "weight (actual weight)"]


def test_a_child_gets_schwartz_and_no_cockcroft() -> None:
    child = patient(
        measured("serum-creatinine", "0.5 mg/dL"),
        measured("body-height", "110 cm"),
        measured("body-weight", "19 kg"),
        born=date(2020, 1, 1),
    )
    assert values(derive(child)) == {"bsa": "0.762 m2", "egfr": "90.9 mL/min/{1.73_m2}"}


def test_a_creatinine_of_88_is_refused_with_the_reason() -> None:
    derived = derive(patient(measured("serum-creatinine", "88 mg/dL"), *BODY))
    assert "egfr" not in values(derived)
    assert [name for name, why in derived.not_computed if "outside the range" in why] == ["creatinine-clearance", "egfr"]


def test_creatinine_without_weight_says_what_is_missing() -> None:
    assert ("creatinine-clearance", "not recorded: body-weight") in derive(patient(CREATININE)).not_computed


def test_nothing_is_computed_or_missed_where_nothing_is_recorded() -> None:
    assert derive(patient()) == Derived()


def test_stroke_risk_is_computed_with_atrial_fibrillation_only() -> None:
    with_it = derive(patient(has=("atrial-fibrillation", "hypertension")))
    assert values(with_it)["cha2ds2-vasc"] == "3 {score}"
    assert "cha2ds2-vasc" not in values(derive(patient(has=("hypertension",))))


def test_what_is_not_on_record_counts_as_no_and_is_called_so() -> None:
    calculation = next(c for c in derive(patient(has=("atrial-fibrillation", "hypertension"))).calculations if c.name == "cha2ds2-vasc")
    assert {i.name: i.value for i in calculation.inputs} == {
        "age": "72", "sex": "female", "heart-failure": "no (not on record)", "hypertension": "yes", "diabetes": "no (not on record)",
        "stroke": "no (not on record)", "vascular": "no (not on record)",
    }  # fmt: skip


LIPIDS = (measured("total-cholesterol", "200 mg/dL"), measured("hdl-cholesterol", "45 mg/dL"), measured("triglycerides", "150 mg/dL"))
PRESSURE = measured("systolic-bp", "160 mm[Hg]")


def test_prevent_follows_from_lipids_pressure_body_and_kidney() -> None:
    woman = patient(
        *LIPIDS,
        PRESSURE,
        measured("bmi", "35 kg/m2"),
        measured("egfr", "90 mL/min/{1.73_m2}"),
        born=date(1976, 1, 1),
        has=("diabetes",),
        takes=("bp-lowering",),
    )
    assert {k: v for k, v in values(derive(woman)).items() if k.startswith("prevent")} == {
        "prevent-total-10y": "14.7 %", "prevent-ascvd-10y": "9.2 %", "prevent-hf-10y": "8.1 %", "prevent-ascvd-30y": "35.4 %",
    }  # fmt: skip


def test_prevent_is_not_computed_where_the_disease_is_there() -> None:
    woman = patient(
        *LIPIDS, PRESSURE, measured("bmi", "35 kg/m2"), measured("egfr", "90 mL/min/{1.73_m2}"), born=date(1976, 1, 1), has=("ascvd",)
    )
    derived = derive(woman)
    assert [k for k in values(derived) if k.startswith("prevent")] == []
    assert [k for k, _ in derived.not_computed if k.startswith("prevent")] == []


@pytest.mark.parametrize(("triglycerides", "ldl"), [("399 mg/dL", "75.2 mg/dL"), ("400 mg/dL", None)])
def test_ldl_is_computed_below_400_of_triglycerides(triglycerides: str, ldl: str | None) -> None:
    facts = patient(LIPIDS[0], LIPIDS[1], measured("triglycerides", triglycerides))
    assert values(derive(facts)).get("ldl-cholesterol") == ldl


def test_a_measured_ldl_stands() -> None:
    assert "ldl-cholesterol" not in values(derive(patient(*LIPIDS, measured("ldl-cholesterol", "120 mg/dL"))))


def test_without_a_sex_the_equations_that_need_it_say_so() -> None:
    derived = derive(replace(patient(CREATININE, *BODY), sex=None))
    assert dict(derived.not_computed)["egfr"] == "not recorded: sex"


def test_two_creatinines_90_days_apart_confirm_kidney_disease() -> None:
    old = measured("serum-creatinine", "1.3 mg/dL", date(2025, 10, 12))
    facts = replace(patient(), measurements={"serum-creatinine": (CREATININE, old)})
    derived = derive(facts)
    assert [(str(m.quantity), m.when) for m in derived.measurements if m.observable == "egfr"] == [
        ("48.1 mL/min/{1.73_m2}", date(2026, 1, 10)),
        ("44 mL/min/{1.73_m2}", date(2025, 10, 12)),
    ]
    assert derived.names == {"ckd-confirmed-3-months": ("calculation:egfr-ckd-epi-2021",)}
    assert derived.added_to(facts).problem("ckd-confirmed-3-months") == ("calculation:egfr-ckd-epi-2021",)


def test_two_creatinines_89_days_apart_do_not() -> None:
    old = measured("serum-creatinine", "1.3 mg/dL", date(2025, 10, 13))
    assert derive(replace(patient(), measurements={"serum-creatinine": (CREATININE, old)})).names == {}


ECG_DAY, NEXT_DAY = date(2026, 1, 10), date(2026, 1, 11)


def qtc(*readings: Measurement, has: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Which formula made the corrected QT, and what it is."""
    made = derive(patient(*readings, has=has)).measurements
    return [(m.reference, str(m.quantity)) for m in made if m.observable == "qtc"]


def test_a_qt_is_corrected_by_fridericia_with_the_rate_of_its_day() -> None:
    assert qtc(measured("qt-interval", "400 ms"), measured("heart-rate", "75 /min")) == [("calculation:qtc-fridericia", "430.9 ms")]


def test_a_rate_of_another_day_corrects_no_qt() -> None:
    assert qtc(measured("qt-interval", "400 ms"), measured("heart-rate", "75 /min", NEXT_DAY)) == []


def test_the_rate_of_the_tracing_is_found_behind_a_newer_one() -> None:
    facts = patient(measured("qt-interval", "400 ms"))
    rates = (measured("heart-rate", "110 /min", NEXT_DAY), measured("heart-rate", "75 /min", ECG_DAY))
    found = derive(replace(facts, measurements={**facts.measurements, "heart-rate": rates}))
    assert values(found)["qtc"] == "430.9 ms"


@pytest.mark.parametrize(("width", "count"), [("119 ms", 1), ("120 ms", 0)])
def test_a_wide_qrs_leaves_the_qt_uncorrected(width: str, count: int) -> None:
    tracing = (measured("qt-interval", "400 ms"), measured("heart-rate", "75 /min"), measured("qrs-duration", width))
    assert len(qtc(*tracing)) == count


def test_a_bundle_branch_block_leaves_the_qt_uncorrected() -> None:
    assert qtc(measured("qt-interval", "400 ms"), measured("heart-rate", "75 /min"), has=("bundle-branch-block",)) == []


def test_a_qtc_by_bazett_alone_counts_and_is_called_so() -> None:
    assert qtc(measured("qtc-bazett", "515 ms")) == [("calculation:qtc-recorded-by-bazett", "515 ms")]


def test_a_recorded_qtc_goes_before_the_one_by_bazett() -> None:
    assert qtc(measured("qtc-bazett", "515 ms"), measured("qtc", "480 ms")) == []
