"""Salts, acids, lipids, liver, levels of medicines. Arguments are in the units that the knowledge files name."""

from __future__ import annotations

import math

from tools.clinical.errors import OutOfScopeError


def corrected_calcium(calcium: float, albumin: float, per_gram: float, normal: float) -> float:
    """Calcium at a normal albumin. Source: Payne 1973, BMJ 4:643."""
    return calcium + per_gram * (normal - albumin)


def anion_gap(sodium: float, chloride: float, bicarbonate: float) -> float:
    """Unmeasured anions. Source: Emmett and Narins 1977, Medicine 56:38."""
    return sodium - chloride - bicarbonate


def anion_gap_corrected(sodium: float, chloride: float, bicarbonate: float, albumin: float, per_gram: float, normal: float) -> float:
    """Anion gap at a normal albumin. Source: Figge 1998, Crit Care Med 26:1807."""
    return anion_gap(sodium, chloride, bicarbonate) + per_gram * (normal - albumin)


def delta_gap(sodium: float, chloride: float, bicarbonate: float, normal_gap: float) -> float:
    """Anion gap over its normal value. Source: Wrenn 1990, Ann Emerg Med 19:1310."""
    return anion_gap(sodium, chloride, bicarbonate) - normal_gap


def delta_ratio(sodium: float, chloride: float, bicarbonate: float, normal_gap: float, normal_bicarbonate: float) -> float:
    """Rise of the gap over the fall of bicarbonate. Source: Wrenn 1990, Ann Emerg Med 19:1310."""
    return delta_gap(sodium, chloride, bicarbonate, normal_gap) / (normal_bicarbonate - bicarbonate)


def delta_gap_corrected(
    sodium: float, chloride: float, bicarbonate: float, albumin: float, per_gram: float, normal: float, normal_gap: float
) -> float:
    """Delta gap of the albumin-corrected anion gap. Source: Figge 1998; Wrenn 1990."""
    return anion_gap_corrected(sodium, chloride, bicarbonate, albumin, per_gram, normal) - normal_gap


def delta_ratio_corrected(
    sodium: float,
    chloride: float,
    bicarbonate: float,
    albumin: float,
    per_gram: float,
    normal: float,
    normal_gap: float,
    normal_bicarbonate: float,
) -> float:
    """Delta ratio of the albumin-corrected anion gap. Source: Figge 1998; Wrenn 1990."""
    return delta_gap_corrected(sodium, chloride, bicarbonate, albumin, per_gram, normal, normal_gap) / (normal_bicarbonate - bicarbonate)


def winters(bicarbonate: float, slope: float, intercept: float) -> float:
    """Expected carbon dioxide in a metabolic acidosis. Source: Albert 1967, Ann Intern Med 66:312."""
    return slope * bicarbonate + intercept


def osmolality(sodium: float, glucose: float, urea_nitrogen: float, of_glucose: float, of_urea: float) -> float:
    """Calculated osmolality. Source: Dorwart and Chalmers 1975, Clin Chem 21:190."""
    return 2 * sodium + glucose / of_glucose + urea_nitrogen / of_urea


def sodium_corrected(sodium: float, glucose: float, per_hundred: float, normal: float) -> float:
    """Sodium at a normal glucose. Source: Hillier 1999, Am J Med 106:399."""
    return sodium + per_hundred * (glucose - normal) / 100


def free_water_deficit(weight: float, sodium: float, share: float, normal: float) -> float:
    """Water that is lacking, in litres. Source: Adrogué and Madias 2000, N Engl J Med 342:1493."""
    return share * weight * (sodium / normal - 1)


def maintenance_fluid(weight: float, first: float, second: float, rest: float) -> float:
    """Hourly fluid by the 4-2-1 rule. Source: Holliday and Segar 1957, Pediatrics 19:823."""
    return first * min(weight, 10) + second * min(max(weight - 10, 0), 10) + rest * max(weight - 20, 0)


def ldl_friedewald(total_cholesterol: float, hdl_cholesterol: float, triglycerides: float, divisor: float) -> float:
    """LDL cholesterol without measuring it. Source: Friedewald 1972, Clin Chem 18:499."""
    return total_cholesterol - hdl_cholesterol - triglycerides / divisor


def ldl_sampson(total_cholesterol: float, hdl_cholesterol: float, triglycerides: float) -> float:
    """LDL cholesterol up to 800 mg/dL of triglycerides. Source: Sampson 2020, JAMA Cardiol 5:540."""
    non_hdl = total_cholesterol - hdl_cholesterol
    very_low = triglycerides / 8.56 + triglycerides * non_hdl / 2140 - triglycerides**2 / 16100
    return total_cholesterol / 0.948 - hdl_cholesterol / 0.971 - very_low - 9.44


def difference(total_cholesterol: float, hdl_cholesterol: float) -> float:
    """Non-HDL cholesterol. Source: the definition."""
    return total_cholesterol - hdl_cholesterol


def fib_4(age: float, ast: float, alt: float, platelets: float) -> float:
    """Fibrosis index from age, transaminases and platelets. Source: Sterling 2006, Hepatology 43:1317."""
    return age * ast / (platelets * math.sqrt(alt))


def meld_3(bilirubin: float, sodium: float, inr: float, creatinine: float, albumin: float, female: float, dialysis: bool = False) -> float:
    """Model for end-stage liver disease, version 3, rounded as it is used. Source: Kim 2021, Gastroenterology 161:1887; OPTN 2023."""
    bounded_creatinine = 3.0 if dialysis else min(max(creatinine, 1), 3)
    low_sodium = 137 - min(max(sodium, 125), 137)
    low_albumin = 3.5 - min(max(albumin, 1.5), 3.5)
    of_bilirubin, of_inr, of_creatinine = math.log(max(bilirubin, 1)), math.log(max(inr, 1)), math.log(bounded_creatinine)
    score = 1.33 * female + 4.56 * of_bilirubin + 0.82 * low_sodium - 0.24 * low_sodium * of_bilirubin + 9.09 * of_inr
    score += 11.14 * of_creatinine + 1.85 * low_albumin - 1.83 * low_albumin * of_creatinine + 6
    return min(max(math.floor(score + 0.5), 6), 40)


def hba1c_percent(ifcc: float, slope: float, intercept: float) -> float:
    """HbA1c in percent from mmol/mol. Source: NGSP, the IFCC and NGSP master equation."""
    return slope * ifcc + intercept


def phenytoin_corrected(level: float, albumin: float, slope: float, intercept: float) -> float:
    """Total phenytoin at a normal albumin. Source: Sheiner and Tozer 1978; Winter, Basic Clinical Pharmacokinetics."""
    return level / (slope * albumin + intercept)


def carboplatin_dose(auc: float, gfr: float, other: float) -> float:
    """Dose for a target area under the curve. Source: Calvert 1989, J Clin Oncol 7:1748."""
    return auc * (gfr + other)


def equivalent(dose: float, per: float, to: float) -> float:
    """A dose in terms of another drug of the class, by a table of equal doses. Source: Liu 2013, Allergy Asthma Clin Immunol 9:30."""
    return dose / per * to


def area_from_two_levels(
    first_level: float, first_time: float, second_level: float, second_time: float, infusion_time: float, interval: float
) -> float:
    """Area under the curve over 24 hours from two levels of one dose, times counted from the end of the infusion.

    Raises:
        OutOfScopeError: the second level is not the later and the lower one.

    Source: ASHP, IDSA, PIDS and SIDP vancomycin guideline 2020, Am J Health Syst Pharm 77:835.
    """
    if second_time <= first_time or second_level >= first_level:
        raise OutOfScopeError("of two levels of one dose the second is drawn later and is lower")
    elimination = math.log(first_level / second_level) / (second_time - first_time)
    peak = first_level * math.exp(elimination * first_time)
    trough = peak * math.exp(-elimination * (interval - infusion_time))
    of_dose = infusion_time * (peak + trough) / 2 + (peak - trough) / elimination
    return of_dose * 24 / interval


def morphine_equivalents(**values: float) -> float:
    """Daily doses, each times its factor (`factor_` and the drug's name). Source: CDC clinical practice guideline for opioids 2022, table 1."""
    return sum(dose * values[f"factor_{name}"] for name, dose in values.items() if not name.startswith("factor_"))
