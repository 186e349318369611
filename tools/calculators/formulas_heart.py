"""Pressure, rate and rhythm; cardiovascular risk. Coefficients come from the knowledge files."""

from __future__ import annotations

import math


def mean_arterial_pressure(systolic: float, diastolic: float) -> float:
    """A third of the pulse pressure over diastole. Source: Sesso 2000, Hypertension 36:801."""
    return (systolic + 2 * diastolic) / 3


def qtc_bazett(qt: float, heart_rate: float) -> float:
    """QT over the square root of the RR interval. Source: Bazett 1920, Heart 7:353."""
    return qt / math.sqrt(60 / heart_rate)


def qtc_fridericia(qt: float, heart_rate: float) -> float:
    """QT over the cube root of the RR interval. Source: Fridericia 1920, Acta Med Scand 53:469."""
    return qt / math.cbrt(60 / heart_rate)


def qtc_as_recorded(qtc: float) -> float:
    """A recorded QTc as it stands, whose formula the record names. Source: the record."""
    return qtc


def qtc_framingham(qt: float, heart_rate: float, slope: float) -> float:
    """Linear in the RR interval. Source: Sagie 1992, Am J Cardiol 70:797."""
    return qt + slope * (1 - 60 / heart_rate)


def qtc_hodges(qt: float, heart_rate: float, slope: float) -> float:
    """Linear in the heart rate. Source: Hodges 1983, J Am Coll Cardiol 1:694."""
    return qt + slope * (heart_rate - 60)


def qtc_rautaharju(qt: float, heart_rate: float, base: float, divisor: float) -> float:
    """By a rate function. Source: Rautaharju 2014, Int J Cardiol 174:535."""
    return qt * (base + heart_rate) / divisor


MMOL_PER_MG_DL = 0.02586
"""Cholesterol, as the PREVENT supplement converts it."""


def prevent(
    age: float, total_cholesterol: float, hdl_cholesterol: float, systolic: float, egfr: float,
    diabetes: bool, smoking: bool, treated: bool, statin: bool,
    constant: float, of_age: float, of_non_hdl: float, of_hdl: float, of_low_systolic: float, of_systolic: float,
    of_diabetes: float, of_smoking: float, of_low_bmi: float, of_bmi: float, of_low_egfr: float, of_egfr: float,
    of_treated: float, of_statin: float, of_treated_systolic: float, of_statin_non_hdl: float,
    of_age_non_hdl: float, of_age_hdl: float, of_age_systolic: float, of_age_diabetes: float, of_age_smoking: float,
    of_age_bmi: float, of_age_low_egfr: float, of_age_squared: float = 0,
    hba1c: float = 5.3, of_hba1c: float = 0, of_hba1c_diabetes: float = 0, uacr: float = 1, of_log_uacr: float = 0, bmi: float = 25,
) -> float:  # fmt: skip
    """Risk in percent by the PREVENT equations (logistic, race-free): base, with HbA1c in percent, or with urine albumin in mg/g.

    Of the outcomes only heart failure has coefficients of the body mass index; the others are the same with any, and need none.

    Source: Khan 2024, Circulation 149:430, supplemental tables S12.
    """
    years = (age - 55) / 10
    non_hdl = (total_cholesterol - hdl_cholesterol) * MMOL_PER_MG_DL - 3.5
    hdl = (hdl_cholesterol * MMOL_PER_MG_DL - 1.3) / 0.3
    low_systolic, high_systolic = (min(systolic, 110) - 110) / 20, (max(systolic, 110) - 130) / 20
    low_bmi, high_bmi = (min(bmi, 30) - 25) / 5, (max(bmi, 30) - 30) / 5
    low_egfr, high_egfr = (min(egfr, 60) - 60) / -15, (max(egfr, 60) - 90) / -15
    score = constant + of_age * years + of_age_squared * years**2
    score += of_non_hdl * non_hdl + of_hdl * hdl + of_low_systolic * low_systolic + of_systolic * high_systolic
    score += of_diabetes * diabetes + of_smoking * smoking + of_treated * treated + of_statin * statin
    score += of_low_bmi * low_bmi + of_bmi * high_bmi + of_low_egfr * low_egfr + of_egfr * high_egfr
    score += of_treated_systolic * treated * high_systolic + of_statin_non_hdl * statin * non_hdl
    score += years * (of_age_non_hdl * non_hdl + of_age_hdl * hdl + of_age_systolic * high_systolic + of_age_low_egfr * low_egfr)
    score += years * (of_age_diabetes * diabetes + of_age_smoking * smoking + of_age_bmi * high_bmi)
    score += (of_hba1c_diabetes if diabetes else of_hba1c) * (hba1c - 5.3) + of_log_uacr * math.log(uacr)
    return 100 / (1 + math.exp(-score))


def pooled_cohort(
    age: float, total_cholesterol: float, hdl_cholesterol: float, systolic: float, diabetes: bool, smoking: bool, treated: bool,
    survival: float, mean: float, of_age: float, of_hdl: float, of_total: float, of_smoking: float, of_diabetes: float,
    of_treated: float, of_untreated: float,
    of_age_squared: float = 0, of_age_total: float = 0, of_age_hdl: float = 0, of_age_smoking: float = 0,
    of_age_treated: float = 0, of_age_untreated: float = 0,
) -> float:  # fmt: skip
    """Ten-year risk of a first atherosclerotic event in percent, by the pooled cohort equations.

    Source: Goff 2014, Circulation 129 (suppl 2):S49, appendix 7, table A.
    """
    years, total, hdl, pressure = math.log(age), math.log(total_cholesterol), math.log(hdl_cholesterol), math.log(systolic)
    of_pressure, of_age_pressure = (of_treated, of_age_treated) if treated else (of_untreated, of_age_untreated)
    score = of_age * years + of_age_squared * years**2 + of_total * total + of_age_total * years * total
    score += of_hdl * hdl + of_age_hdl * years * hdl + of_pressure * pressure + of_age_pressure * years * pressure
    score += of_smoking * smoking + of_age_smoking * years * smoking + of_diabetes * diabetes
    return 100 * (1 - math.pow(survival, math.exp(score - mean)))
