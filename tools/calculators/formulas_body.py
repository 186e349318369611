"""Body size, kidney function. Every argument is in the unit that the knowledge file names for it; coefficients come from there too."""

from __future__ import annotations

import math

from tools.clinical.errors import OutOfScopeError


def body_mass_index(weight: float, height: float) -> float:
    """Weight over height squared. Source: Quetelet; WHO Technical Report 894 (2000)."""
    return weight / (height / 100) ** 2


def body_surface(weight: float, height: float, factor: float, height_power: float, weight_power: float) -> float:
    """A power law of height and weight. Source: Mosteller 1987; DuBois 1916; Haycock 1978; Gehan and George 1970 (by coefficients)."""
    return factor * math.pow(height, height_power) * math.pow(weight, weight_power)


def ideal_body_weight(height: float, base: float, per_inch: float) -> float:
    """Devine's weight: a base for 60 inches and so much for each inch over. Source: Devine 1974."""
    return base + per_inch * (height / 2.54 - 60)


def adjusted_body_weight(weight: float, height: float, base: float, per_inch: float, share: float) -> float:
    """Ideal weight and a share of the excess. Source: Devine 1974; Bauer, Applied Clinical Pharmacokinetics."""
    ideal = ideal_body_weight(height, base, per_inch)
    return ideal + share * (weight - ideal)


def lean_body_weight(weight: float, height: float, factor: float, intercept: float, slope: float) -> float:
    """Lean mass from weight and body mass index. Source: Janmahasatian 2005."""
    return factor * weight / (intercept + slope * body_mass_index(weight, height))


def target_weight(bmi: float, height: float) -> float:
    """The weight of a wanted body mass index. Source: the definition of the index."""
    return bmi * (height / 100) ** 2


def cockcroft_gault(age: float, weight: float, creatinine: float, factor: float) -> float:
    """Creatinine clearance with the weight that is handed in. Source: Cockcroft and Gault 1976."""
    return (140 - age) * weight * factor / (72 * creatinine)


def ckd_epi_creatinine(
    creatinine: float, age: float, scale: float, kappa: float, low: float, high: float, yearly: float, factor: float
) -> float:
    """The race-free creatinine equation. Source: Inker 2021, N Engl J Med 385:1737."""
    ratio = creatinine / kappa
    return scale * math.pow(min(ratio, 1), low) * math.pow(max(ratio, 1), high) * math.pow(yearly, age) * factor


def ckd_epi_creatinine_cystatin(
    creatinine: float, cystatin_c: float, age: float, scale: float, kappa: float, low: float, high: float,
    cystatin_kappa: float, cystatin_low: float, cystatin_high: float, yearly: float, factor: float,
) -> float:  # fmt: skip
    """The race-free equation from creatinine and cystatin C. Source: Inker 2021, N Engl J Med 385:1737."""
    of_creatinine = ckd_epi_creatinine(creatinine, age, scale, kappa, low, high, yearly, factor)
    ratio = cystatin_c / cystatin_kappa
    return of_creatinine * math.pow(min(ratio, 1), cystatin_low) * math.pow(max(ratio, 1), cystatin_high)


def ckd_epi_cystatin(
    cystatin_c: float, age: float, scale: float, kappa: float, low: float, high: float, yearly: float, factor: float
) -> float:
    """From cystatin C alone. Source: Inker 2012, N Engl J Med 367:20."""
    return ckd_epi_creatinine(cystatin_c, age, scale, kappa, low, high, yearly, factor)


def schwartz(height: float, creatinine: float, k: float) -> float:
    """The bedside equation for children. Source: Schwartz 2009, J Am Soc Nephrol 20:629."""
    return k * height / creatinine


def mdrd(creatinine: float, age: float, scale: float, creatinine_power: float, age_power: float, factor: float) -> float:
    """The four-variable equation, without a race term. Source: Levey 2006, Ann Intern Med 145:247."""
    return scale * math.pow(creatinine, creatinine_power) * math.pow(age, age_power) * factor


def de_indexed(egfr: float, bsa: float) -> float:
    """From per 1.73 m2 back to the patient's own surface. Source: FDA guidance on renal impairment (2024)."""
    return egfr * bsa / 1.73


def kidney_failure_risk(
    age: float, egfr: float, uacr: float, male: float, survival: float,
    of_age: float, of_male: float, of_egfr: float, of_uacr: float, mean_age: float, mean_male: float, mean_egfr: float, mean_uacr: float,
) -> float:  # fmt: skip
    """Four-variable kidney failure risk, in percent. Source: Tangri 2016, JAMA 315:164."""
    score = (
        of_age * (age / 10 - mean_age)
        + of_male * (male - mean_male)
        + of_egfr * (egfr / 5 - mean_egfr)
        + of_uacr * (math.log(uacr) - mean_uacr)
    )
    return 100 * (1 - math.pow(survival, math.exp(score)))


def fractional_excretion(urine_sodium: float, urine_creatinine: float, sodium: float, creatinine: float) -> float:
    """The share of filtered sodium that is excreted, in percent. Source: Espinel 1976, JAMA 236:579."""
    return 100 * urine_sodium * creatinine / (sodium * urine_creatinine)


def as_given(score: float) -> float:
    """The sum of a questionnaire, for its meaning. Source: the questionnaire named in the knowledge file."""
    return score


def curb_65(
    confusion: bool, urea_nitrogen: float, respiratory_rate: float, systolic: float, diastolic: float, age: float,
    urea_limit: float, rate_limit: float, systolic_limit: float, diastolic_limit: float, age_limit: float,
) -> float:  # fmt: skip
    """One point each; the two pressures share one. Source: Lim 2003, Thorax 58:377."""
    low = systolic < systolic_limit or diastolic <= diastolic_limit
    return sum((confusion, urea_nitrogen > urea_limit, respiratory_rate >= rate_limit, low, age >= age_limit))


def copd_group(
    exacerbations: float,
    exacerbation_limit: float,
    mmrc_limit: float,
    cat_limit: float,
    mmrc: float | None = None,
    cat: float | None = None,
) -> float:
    """0 for group A, 1 for B, 2 for E; one of the two symptom scores is needed unless exacerbations decide. Source: GOLD 2026.

    Raises:
        OutOfScopeError: no exacerbation and neither score.
    """
    if exacerbations >= exacerbation_limit:
        return 2
    if mmrc is None and cat is None:
        raise OutOfScopeError("group A or B needs mMRC or CAT")
    return int((mmrc is not None and mmrc >= mmrc_limit) or (cat is not None and cat >= cat_limit))


def pressure_category(
    systolic: float, diastolic: float, elevated: float, first_systolic: float, first_diastolic: float,
    second_systolic: float, second_diastolic: float, severe_systolic: float, severe_diastolic: float,
) -> float:  # fmt: skip
    """0 normal, 1 elevated, 2 and 3 for the stages, 4 severe. Source: ACC/AHA guideline 2025."""
    if systolic > severe_systolic or diastolic > severe_diastolic:
        return 4
    if systolic >= second_systolic or diastolic >= second_diastolic:
        return 3
    if systolic >= first_systolic or diastolic >= first_diastolic:
        return 2
    return int(systolic >= elevated)
