"""Bedside calculators against rows of known answers in the shape of MedCalc-Bench: as it is published (CSV, JSON), or as JSON lines.

Each row names a calculator in the words of its source, its inputs as numbers or pairs of number and unit, and the limits between
which the answer lies (`corrected_lower`, `corrected_upper`). What no calculator here answers is counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from scenarios.medcalc import rows as rows
from scenarios.shares import Share
from scenarios.tables import Table
from tools.calculators import CalculationAnswer, calculate
from tools.clinical.errors import ClinicalError, OutOfScopeError
from tools.clinical.quantity import Quantity

NOT_BEARING_ON_PRESCRIBING = {
    "Charlson Comorbidity Index (CCI)", "Estimated of Conception", "FeverPAIN Score for Strep Pharyngitis", "Glasgow-Blatchford Bleeding Score (GBS)",
    "HEART Score for Major Cardiac Events", "PSI Score: Pneumonia Severity Index for CAP", "SIRS Criteria",
}  # fmt: skip
"""Scores of diagnosis and triage that no dose and no choice of medicine here rests on."""


def quantity(value: Any, unit: str) -> Quantity:
    """A number in a unit of this project, from a number or a pair of number and unit in the data's spelling."""
    number, given = value if isinstance(value, list) else (value, unit)
    number = Decimal(str(number))
    if given in {"µmol/L", "umol/L", "micromol/L"}:
        return Quantity(number / {"mg/dL": Decimal("88.4"), "mg/dL bilirubin": Decimal("17.1")}[unit], "mg/dL")
    if given in {"mmol/L", "g/L", "mEq/L"} and unit in MOLAR and given == "mmol/L":
        return Quantity(number * MOLAR[unit], "mg/dL")
    spelled = {"years": "a", "mm hg": "mm[Hg]", "mm Hg": "mm[Hg]", "beats per minute": "/min", "msec": "ms", "breaths per minute": "/min", "µL": "/uL", "L": "/L", "mEq/L": "mmol/L", "kg/m^2": "kg/m2", "months": "mo"}  # fmt: skip
    given = "mm[Hg]" if given.lower().replace(" ", "") == "mmhg" else spelled.get(given, given)
    return Quantity(number, given).to(unit.split(" ")[0])


MOLAR = {"mg/dL glucose": Decimal("18.016"), "mg/dL calcium": Decimal("4.008"), "mg/dL urea": Decimal("2.8"), "mg/dL cholesterol": Decimal("38.67"), "mg/dL triglycerides": Decimal("88.57")}  # fmt: skip
Inputs = dict[str, Any]
QT = {"qt": ("QT interval", "ms"), "heart-rate": ("Heart Rate or Pulse", "/min")}
BODY = {"weight": ("weight", "kg"), "height": ("height", "cm")}
GAP = {"sodium": ("Sodium", "mmol/L"), "chloride": ("Chloride", "mmol/L"), "bicarbonate": ("Bicarbonate", "mmol/L")}
ALBUMIN = {"albumin": ("Albumin", "g/dL")}
CREATININE = {"creatinine": ("creatinine", "mg/dL"), "age": ("age", "a")}
BY_NAME: Mapping[str, tuple[str, dict[str, tuple[str, str]]]] = {
    "CKD-EPI Equations for Glomerular Filtration Rate": ("egfr-ckd-epi-2021", CREATININE),
    "MDRD GFR Equation": ("egfr-mdrd", CREATININE),
    "Mean Arterial Pressure (MAP)": ("mean-arterial-pressure", {"systolic": ("Systolic Blood Pressure", "mm[Hg]"), "diastolic": ("Diastolic Blood Pressure", "mm[Hg]")}),
    "Body Mass Index (BMI)": ("bmi", BODY),
    "Body Surface Area Calculator": ("bsa", BODY),
    "Ideal Body Weight": ("ideal-body-weight", {"height": ("height", "cm")}),
    "Adjusted Body Weight": ("adjusted-body-weight", BODY),
    "Target weight": ("target-weight", {"bmi": ("Body Mass Index (BMI)", "kg/m2"), "height": ("height", "cm")}),
    "Calcium Correction for Hypoalbuminemia": ("corrected-calcium", {"calcium": ("Calcium", "mg/dL calcium"), **ALBUMIN}),
    "Sodium Correction for Hyperglycemia": ("sodium-corrected", {"sodium": ("Sodium", "mmol/L"), "glucose": ("Glucose", "mg/dL glucose")}),
    "Serum Osmolality": ("serum-osmolality", {"sodium": ("Sodium", "mmol/L"), "glucose": ("Glucose", "mg/dL glucose"), "urea-nitrogen": ("Blood Urea Nitrogen (BUN)", "mg/dL urea")}),
    "Anion Gap": ("anion-gap", GAP),
    "Delta Gap": ("delta-gap", GAP),
    "Delta Ratio": ("delta-ratio", GAP),
    "Albumin Corrected Anion Gap": ("anion-gap-corrected", {**GAP, **ALBUMIN}),
    "Albumin Corrected Delta Gap": ("delta-gap-corrected", {**GAP, **ALBUMIN}),
    "Albumin Corrected Delta Ratio": ("delta-ratio-corrected", {**GAP, **ALBUMIN}),
    "Fractional Excretion of Sodium (FENa)": ("fractional-excretion-sodium", {"creatinine": ("creatinine", "mg/dL"), "sodium": ("Sodium", "mmol/L"), "urine-sodium": ("Urine sodium", "mmol/L"), "urine-creatinine": ("Urine creatinine", "mg/dL")}),
    "LDL Calculated": ("ldl-friedewald", {"total-cholesterol": ("Total cholesterol", "mg/dL cholesterol"), "hdl-cholesterol": ("high-density lipoprotein cholesterol", "mg/dL cholesterol"), "triglycerides": ("Triglycerides", "mg/dL triglycerides")}),
    "Fibrosis-4 (FIB-4) Index for Liver Fibrosis": ("fib-4", {"age": ("age", "a"), "ast": ("Aspartate aminotransferase", "U/L"), "alt": ("Alanine aminotransferase", "U/L"), "platelets": ("Platelet count", "10*9/L")}),
    "Maintenance Fluids Calculations": ("maintenance-fluid", {"weight": ("weight", "kg")}),
    **{f"QTc {name} Calculator": (f"qtc-{name.lower()}", QT) for name in ("Bazett", "Fridericia", "Framingham", "Hodges", "Rautaharju")},
}  # fmt: skip


def by_name(name: str, row: Inputs) -> CalculationAnswer:
    """A calculator whose inputs map one to one."""
    calculator, mapping = BY_NAME[name]
    inputs: Inputs = {ours: quantity(row[theirs], unit) for ours, (theirs, unit) in mapping.items() if theirs in row}
    if "sex" in row and calculator not in {"bmi", "bsa", "fib-4"}:
        inputs["sex"] = row["sex"].lower()
    return calculate(calculator, inputs)


def _answered(answer: CalculationAnswer) -> Quantity:
    if answer.quantity is None:
        raise OutOfScopeError(f"{answer.name}: {answer.reason}")
    return answer.quantity


def clearance(row: Inputs) -> CalculationAnswer:
    """Cockcroft-Gault with the weight that the question prescribes: by body mass index."""
    weight, height, sex = quantity(row["weight"], "kg"), quantity(row["height"], "cm"), row["sex"].lower()
    bmi = _answered(calculate("bmi", {"weight": weight, "height": height}))
    ideal = _answered(calculate("ideal-body-weight", {"height": height, "sex": sex}))
    adjusted = _answered(calculate("adjusted-body-weight", {"weight": weight, "height": height, "sex": sex}))
    used = weight if bmi.value < Decimal("18.5") else min(weight, ideal, key=lambda q: q.value) if bmi.value < 25 else adjusted
    age, creatinine = quantity(row["age"], "a"), quantity(row["creatinine"], "mg/dL")
    return calculate("creatinine-clearance", {"age": age, "weight": used, "creatinine": creatinine, "sex": sex})


def stroke_risk(row: Inputs) -> CalculationAnswer:
    """CHA2DS2-VASc."""
    stroke = any(row.get(k) for k in ("Stroke", "Transient Ischemic Attacks History", "Thromboembolism history"))
    flags = {
        "heart-failure": "Congestive Heart Faliure",
        "hypertension": "Hypertension history",
        "diabetes": "Diabetes history",
        "vascular": "Vascular disease history",
    }
    return calculate(
        "cha2ds2-vasc",
        {"age": quantity(row["age"], "a"), "sex": row["sex"].lower(), "stroke": stroke, **{k: bool(row.get(v)) for k, v in flags.items()}},
    )


def bleeding_risk(row: Inputs) -> CalculationAnswer:
    """HAS-BLED."""
    flags = {
        "hypertension": "Hypertension history", "renal": "Renal disease criteria for the HAS-BLED rule", "liver": "Liver disease criteria for the HAS-BLED rule", "stroke": "Stroke",
        "bleeding": "Prior major bleeding or predisposition to bleeding", "labile-inr": "Labile international normalized ratio", "drugs": "Medication usage predisposing to bleeding",
    }  # fmt: skip
    alcohol = (row.get("Number of Alcoholic Drinks Per Week") or 0) >= 8
    return calculate("has-bled", {"age": quantity(row["age"], "a"), "alcohol": alcohol, **{k: bool(row.get(v)) for k, v in flags.items()}})


def child_pugh(row: Inputs) -> CalculationAnswer:
    """Child-Pugh; what the vector leaves out counts as none, as its source has it."""
    ascites = {"absent": "none", "slight": "mild", "moderate": "moderate-or-severe"}[row.get("Ascites", "absent").lower()]
    return calculate(
        "child-pugh",
        {
            "bilirubin": quantity(row["Bilirubin"], "mg/dL"),
            "albumin": quantity(row["Albumin"], "g/dL"),
            "inr": Quantity(Decimal(str(row["international normalized ratio"])), "1"),
            "ascites": ascites,
            "encephalopathy": "none",
        },
    )


def steroid(row: Inputs) -> CalculationAnswer:
    """Glucocorticoid equivalence."""
    name, dose, unit = row["input steroid"]
    words = (name.split()[0].lower(), row["target steroid"].split()[0].lower())
    return calculate("steroid-equivalent", {"dose": quantity([dose, unit], "mg"), "from": words[0], "to": words[1]})


def opioids(row: Inputs) -> CalculationAnswer:
    """Morphine milligram equivalents: each dose times its number a day."""
    inputs: Inputs = {}
    for key, value in row.items():
        if key.endswith(" Dose"):
            times = Decimal(str(row[f"{key} Per Day"][0]))
            drug = key.removesuffix(" Dose").lower()
            inputs["fentanyl-patch" if drug.startswith("fentanyl") else drug] = Quantity(
                Decimal(str(value[0])) * times, "ug/h" if drug.startswith("fentanyl") else "mg/d"
            )
    return calculate("mme", inputs)


def pneumonia(row: Inputs) -> CalculationAnswer:
    """CURB-65."""
    mapping = {
        "urea-nitrogen": ("Blood Urea Nitrogen (BUN)", "mg/dL urea"),
        "respiratory-rate": ("respiratory rate", "/min"),
        "systolic": ("Systolic Blood Pressure", "mm[Hg]"),
        "diastolic": ("Diastolic Blood Pressure", "mm[Hg]"),
        "age": ("age", "a"),
    }
    return calculate(
        "curb-65", {"confusion": bool(row.get("Confusion")), **{k: quantity(row[v], unit) for k, (v, unit) in mapping.items()}}
    )


def wells_lung(row: Inputs) -> CalculationAnswer:
    """Wells score for pulmonary embolism."""
    flags = {
        "dvt-signs": ("Clinical signs and symptoms of Deep Vein Thrombosis",), "likeliest": ("Pulmonary Embolism is #1 diagnosis OR equally likely",),
        "immobile": ("Immobilization for at least 3 days", "Surgery in the previous 4 weeks"), "prior": ("Previously Documented Pulmonary Embolism", "Previously documented Deep Vein Thrombosis"),
        "haemoptysis": ("Hemoptysis",), "cancer": ("Malignancy with treatment within 6 months or palliative",),
    }  # fmt: skip
    return calculate(
        "wells-pe",
        {"heart-rate": quantity(row["Heart Rate or Pulse"], "/min"), **{k: any(row.get(n) for n in names) for k, names in flags.items()}},
    )


def wells_leg(row: Inputs) -> CalculationAnswer:
    """Wells score for deep vein thrombosis."""
    flags = {
        "cancer": "Active cancer", "paralysis": "Paralysis, paresis, or recent plaster immobilization of the lower extremity", "bedridden": "Bedridden recently >3 days or major surgery within 12 weeks",
        "tenderness": "Localized tenderness along the deep venous system", "entire-leg": "Entire Leg Swollen", "calf": "Calf swelling >3 centimeters compared to the other leg",
        "pitting": "Pitting edema, confined to symptomatic leg", "collateral": "Collateral (nonvaricose) superficial veins present", "prior-dvt": "Previously documented Deep Vein Thrombosis",
        "alternative": "Alternative diagnosis to Deep Vein Thrombosis as likely or more likely",
    }  # fmt: skip
    inputs = {k: bool(row.get(v)) for k, v in flags.items()}
    return calculate("wells-dvt", inputs | {"bedridden": inputs["bedridden"] or bool(row.get("Major surgery within 12 weeks"))})


def perc(row: Inputs) -> CalculationAnswer:
    """PERC rule."""
    flags = {"leg-swelling": ("Unilateral Leg Swelling",), "haemoptysis": ("Hemoptysis",), "surgery-or-trauma": ("Recent surgery or trauma",), "prior": ("Previously Documented Pulmonary Embolism", "Previously documented Deep Vein Thrombosis"), "hormones": ("Hormone use",)}  # fmt: skip
    numbers = {
        "age": quantity(row["age"], "a"),
        "heart-rate": quantity(row["Heart Rate or Pulse"], "/min"),
        "saturation": quantity(row["O₂ saturation percentage"], "%"),
    }
    return calculate("perc", {**numbers, **{k: any(row.get(n) for n in names) for k, names in flags.items()}})


def cardiac_index(row: Inputs) -> CalculationAnswer:
    """Revised cardiac risk index."""
    flags = {"high-risk-surgery": "Elevated-risk surgery", "ischaemic-heart-disease": "History of ischemic heart disease", "heart-failure": "Congestive Heart Failure criteria for the Cardiac Risk Index rule", "cerebrovascular-disease": "History of cerebrovascular disease", "insulin": "Pre-operative treatment with insulin"}  # fmt: skip
    return calculate(
        "rcri",
        {
            "creatinine": quantity(row.get("Pre-operative creatinine", [1, "mg/dL"]), "mg/dL"),
            **{k: bool(row.get(v)) for k, v in flags.items()},
        },
    )


def water(row: Inputs) -> CalculationAnswer:
    """Free water deficit."""
    age, sex = quantity(row["age"], "a").value, row["sex"].lower()
    group = "child" if age < 18 else ("older-" if age >= 65 else "") + {"male": "man", "female": "woman"}[sex]
    return calculate(
        "free-water-deficit", {"weight": quantity(row["weight"], "kg"), "sodium": quantity(row["Sodium"], "mmol/L"), "group": group}
    )


OTHERS: Mapping[str, Callable[[Inputs], CalculationAnswer]] = {
    "Creatinine Clearance (Cockcroft-Gault Equation)": clearance,
    "CHA2DS2-VASc Score for Atrial Fibrillation Stroke Risk": stroke_risk,
    "HAS-BLED Score for Major Bleeding Risk": bleeding_risk,
    "Child-Pugh Score for Cirrhosis Mortality": child_pugh,
    "Steroid Conversion Calculator": steroid,
    "Morphine Milligram Equivalents (MME) Calculator": opioids,
    "CURB-65 Score for Pneumonia Severity": pneumonia,
    "Wells' Criteria for Pulmonary Embolism": wells_lung,
    "Wells' Criteria for DVT": wells_leg,
    "PERC Rule for Pulmonary Embolism": perc,
    "Revised Cardiac Risk Index for Pre-Operative Risk": cardiac_index,
    "Free Water Deficit": water,
}

REFUSED_OR_OTHERWISE: Mapping[str, str] = {
    "142": "the vector multiplies by the race term of the four-variable equation, which is not used here: 3.0 instead of 3.65",
}
"""Vectors by id that do not come out, and why."""


def covered(name: str) -> bool:
    """Whether a calculator here answers rows of this name."""
    return name in OTHERS or name in BY_NAME


def outcome_of(row: Inputs) -> str:
    """`agrees`, or what came out instead."""
    name = row["calculator"]
    try:
        answer = OTHERS[name](row["inputs"]) if name in OTHERS else by_name(name, row["inputs"])
    except (ClinicalError, KeyError, ValueError, TypeError, ArithmeticError) as error:
        return f"the inputs are not understood ({type(error).__name__})"
    if not answer.value:
        return f"refused: {answer.reason}"
    low, high = sorted((Decimal(str(row["corrected_lower"])), Decimal(str(row["corrected_upper"]))))
    return "agrees" if low <= Decimal(answer.value) <= high else f"{answer.value} is not within {low} to {high}"


def agreement(found: Sequence[Inputs]) -> tuple[Share, Table, Table]:
    """Of the rows that a calculator here answers: the share that agrees, by calculator, and each row that does not."""
    asked = [(row["calculator"], str(row.get("id", "")), outcome_of(row)) for row in found if covered(row["calculator"])]
    names = sorted({name for name, _, _ in asked})
    shares = {name: Share(sum(o == "agrees" for n, _, o in asked if n == name), sum(n == name for n, _, _ in asked)) for name in names}
    without = sorted({row["calculator"] for row in found if not covered(row["calculator"])})
    table = [(name, str(share)) for name, share in shares.items()] + [(name, "not answered here") for name in without]
    otherwise = [(name, id_, got, REFUSED_OR_OTHERWISE.get(id_, "")) for name, id_, got in asked if got != "agrees"]
    return (
        sum(shares.values(), Share()),
        (("calculator", "rows that agree"), table),
        (("calculator", "row", "what came out", "known reason"), otherwise),
    )
