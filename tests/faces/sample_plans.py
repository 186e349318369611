"""Plans as a planner would make them, by hand: what the faces are tested on. The patients are invented."""

from __future__ import annotations

from tools.clinical.answer import Citation, KnowledgeRef, NotChecked
from tools.clinical.plan import (
    Alternative,
    Calculation,
    CalculationInput,
    Coverage,
    Disposition,
    Dose,
    Drafter,
    Due,
    Goal,
    Item,
    MedicationLine,
    Plan,
    PlanCode,
    PlanIngredient,
    PlanInput,
    PlanIssue,
    PlanPatient,
    PlanProblem,
    PlanQuantity,
    Question,
    Rationale,
    SetAside,
    Subject,
    sealed,
)

SNOMED = "http://snomed.info/sct"
LOINC = "http://loinc.org"

HF = Citation(
    "heart-failure-2022",
    "1.0.0",
    title="AHA/ACC/HFSA guideline for the management of heart failure",
    publisher="AHA/ACC/HFSA",
    year=2022,
    locator="7.3",
    grade="COR 1, LOE A",
)
CKD = Citation(
    "kdigo-ckd-2024",
    "1.1.0",
    title="KDIGO guideline for the evaluation and management of CKD",
    publisher="KDIGO",
    year=2024,
    locator="3.7",
    grade="1A",
)
DIABETES = Citation(
    "ada-standards-2025",
    "1.0.0",
    title="Standards of care in diabetes",
    publisher="ADA",
    year=2025,
    locator="9",
    grade="A",
)
METFORMIN = Citation(
    "metformin-label",
    "1.0.0",
    title="metformin US prescribing information",
    publisher="FDA/DailyMed",
    year=2023,
    locator="section 2",
    grade="label",
    confidence="sure",
)
SIMVASTATIN = Citation(
    "simvastatin-label",
    "1.0.0",
    title="simvastatin US prescribing information",
    publisher="FDA/DailyMed",
    year=2023,
    locator="section 4",
    grade="label",
)
POTASSIUM = Citation(
    "hyperkalaemia-consensus-2023",
    "0.3.0",
    title="Treatment of acute hyperkalaemia in adults",
    publisher="UK Kidney Association",
    year=2023,
    locator="part 3",
    confidence="unsure",
)
APIXABAN = Citation(
    "apixaban-atrial-fibrillation",
    "1.2.0",
    title="apixaban US prescribing information",
    publisher="FDA/DailyMed",
    year=2021,
    locator="section 2.1",
)


def drug(name: str, rxcui: str | None = None, reference: str | None = None) -> Subject:
    """A medicine as the subject of an item."""
    return Subject(kind="medication", text=name, ingredients=(PlanIngredient(name, rxcui),), reference=reference)


def heart_kidney_diabetes() -> Plan:
    """Woman of 72: heart failure with reduced ejection fraction, CKD G3b A2, type 2 diabetes, a statin that interacts."""
    return sealed(
        Plan(
            as_of="2026-11-23",
            patient=PlanPatient(
                reference="Patient/hkd-1",
                age=72,
                sex="female",
                pregnancy="none",
                allergies=("penicillin: anaphylaxis", "codeine: nausea (intolerance)"),
                weight="68 kg (2026-10-02)",
                height="162 cm",
                kidney="eGFR 36 mL/min/{1.73_m2} (2026-11-09), falling",
            ),
            summary="Heart failure (LVEF 32 %) without an SGLT2 inhibitor or MRA, CKD G3b A2 and type 2 diabetes (HbA1c 8.1 %). "
            "Metformin exceeds the dose for this kidney function; simvastatin must not be taken with clarithromycin.",
            top_changes=(
                "Hold simvastatin until 3 days after clarithromycin ends (rhabdomyolysis).",
                "Start empagliflozin 10 mg once daily: heart failure, kidney and diabetes in one.",
                "Reduce metformin to 500 mg twice daily: eGFR 36.",
            ),
            urgent=("Clarithromycin and simvastatin are being taken together since 2026-11-20: stop simvastatin today.",),
            knowledge=(
                KnowledgeRef("ada-standards-2025", "1.0.0"),
                KnowledgeRef("heart-failure-2022", "1.0.0"),
                KnowledgeRef("kdigo-ckd-2024", "1.1.0"),
                KnowledgeRef("metformin-label", "1.0.0"),
                KnowledgeRef("simvastatin-label", "1.0.0"),
            ),
            input=PlanInput(
                digest="sha256:" + "4f" * 32,
                resources=212,
                set_aside=(SetAside("entry[17] Observation/glu-9", "value has no unit"),),
                last_entry="2026-11-20",
            ),
            problems=_hkd_problems(),
            items=_hkd_items(),
            medications=_hkd_medications(),
            issues=_hkd_issues(),
            questions=(
                Question(
                    id="q1",
                    about="Potassium",
                    why="The last value is of 2026-06-14; spironolactone is started only below 5.0 mmol/L measured within 90 days.",
                    blocks=("i3",),
                    facts=("Observation/k-1",),
                ),
                Question(
                    id="q2",
                    about="Is furosemide still taken?",
                    why="Ordered 2024-02-11 for 90 days, never renewed, never stopped.",
                    facts=("MedicationRequest/furosemide",),
                ),
            ),
            calculations=(
                Calculation(
                    name="egfr-ckd-epi-2021",
                    value="36.1",
                    unit="mL/min/{1.73_m2}",
                    inputs=(
                        CalculationInput("serum-creatinine", "1.52", "mg/dL", "Observation/creat-3"),
                        CalculationInput("age", "72", "a", "Patient/hkd-1"),
                        CalculationInput("sex", "female", "1", "Patient/hkd-1"),
                    ),
                    source="CKD-EPI 2021 creatinine equation, Inker et al., NEJM 2021",
                    when="2026-11-09",
                ),
                Calculation(
                    name="crcl-cockcroft-gault",
                    value="35.9",
                    unit="mL/min",
                    inputs=(
                        CalculationInput("serum-creatinine", "1.52", "mg/dL", "Observation/creat-3"),
                        CalculationInput("body-weight", "68", "kg", "Observation/wt-2"),
                    ),
                    source="Cockcroft and Gault, Nephron 1976; actual weight",
                    when="2026-11-09",
                ),
            ),
            coverage=_hkd_coverage(),
            data_issues=(SetAside("Observation/wt-1", "6.8 kg is implausible for an adult; the value of 2026-10-02 was used"),),
            not_checked=(
                NotChecked("glucosamine", "not recognised as a medicine of the terminology; interactions with it were not screened"),
                NotChecked("hepatitis B immunity", "no immunization record in the input"),
            ),
            disposition=Disposition(
                route="second-signature",
                urgency="same-day",
                reasons=(
                    "a contraindicated combination is being taken",
                    "a medicine with a narrow margin (spironolactone at eGFR 36) is started",
                ),
            ),
            sources=(HF, CKD, DIABETES, METFORMIN, SIMVASTATIN),
        )
    )


def _hkd_problems() -> tuple[PlanProblem, ...]:
    return (
        PlanProblem(
            id="p1",
            text="Heart failure with reduced ejection fraction",
            code=PlanCode(SNOMED, "703272007", "Heart failure with reduced ejection fraction"),
            module="heart-failure",
            assessment="LVEF 32 % (2026-09-30). BP 128/74 mm[Hg], heart rate 72 /min (2026-10-02). On lisinopril and carvedilol; "
            "no SGLT2 inhibitor, no MRA.",
            goal=(
                Goal(observable="systolic-bp", target="100 to 130 mm[Hg]", by="2027-02-21", evidence=(HF,)),
                Goal(observable="lvef", target="above 40 %", by="2027-03-23"),
            ),
            follow_up="Clinic in 14 days, then every 2 weeks until doses are at target; echocardiogram in 3 to 4 months.",
            red_flags=("breathless at rest", "fainting", "weight up by more than 2 kg in 3 days"),
            facts=("Condition/hfref", "Observation/lvef-1"),
        ),
        PlanProblem(
            id="p2",
            text="Chronic kidney disease G3b A2",
            code=PlanCode(SNOMED, "700379002", "Chronic kidney disease stage 3B"),
            module="chronic-kidney-disease",
            assessment="eGFR 36 mL/min/{1.73_m2} (2026-11-09; 44 a year before), UACR 140 mg/g (2026-05-03).",
            goal=(Goal(observable="uacr", target="below 100 mg/g, at least 30 % lower", by="2027-05-22", evidence=(CKD,)),),
            follow_up="Creatinine and potassium 2 weeks after each change.",
            facts=("Condition/ckd", "Observation/creat-3", "Observation/uacr-1"),
        ),
        PlanProblem(
            id="p3",
            text="Type 2 diabetes",
            code=PlanCode(SNOMED, "44054006", "Diabetes mellitus type 2"),
            module="type-2-diabetes",
            assessment="HbA1c 8.1 % (2026-08-12; 7.6 % in February). Metformin 2000 mg a day.",
            goal=(Goal(observable="hba1c", target="below 7.5 %", by="2027-02-21", evidence=(DIABETES,)),),
            follow_up="HbA1c in 3 months.",
            red_flags=("vomiting or no food: pause empagliflozin and metformin",),
            facts=("Condition/t2dm", "Observation/a1c-4"),
        ),
        PlanProblem(
            id="p4",
            text="Hyperlipidaemia",
            assessment="LDL-C 92 mg/dL (2026-05-03) on simvastatin 40 mg.",
            goal=(Goal(observable="ldl-c", target="below 70 mg/dL", by="2027-02-21"),),
            facts=("Condition/hld", "Observation/ldl-2"),
        ),
    )


def _hkd_items() -> tuple[Item, ...]:
    return (
        Item(
            id="i1",
            problem="p1",
            action="start",
            subject=drug("empagliflozin", "1545653"),
            dose=Dose(
                text="10 mg by mouth once daily, in the morning",
                amount=PlanQuantity("10", "mg"),
                per="24 h",
                route="oral",
                max_per_day=PlanQuantity("10", "mg"),
                adjustments=("for heart failure the dose stays 10 mg",),
                rule=KnowledgeRef("heart-failure-2022", "1.0.0"),
            ),
            due=Due(7, "2026-11-30"),
            rationale=(
                Rationale(
                    text="HFrEF without an SGLT2 inhibitor; benefit at any diabetes status.", facts=("Observation/lvef-1",), evidence=(HF,)
                ),
                Rationale(text="Slows CKD with albuminuria at eGFR 20 or more.", facts=("calculation:egfr-ckd-epi-2021",), evidence=(CKD,)),
            ),
            alternatives=(
                Alternative(
                    subject=drug("dapagliflozin", "1488564"),
                    not_chosen_because="equal in benefit; empagliflozin was taken and tolerated in 2023",
                    evidence=(HF,),
                ),
                Alternative(
                    subject=Subject(kind="medication", text="sulfonylurea"),
                    not_chosen_because="hypoglycaemia at eGFR 36, no benefit for the heart",
                ),
            ),
            monitoring=("Creatinine and volume status at 14 days (2026-12-07): a rise up to 30 % is expected.",),
            patient_instruction="Pause it on days when you are vomiting or cannot eat. Drink as usual.",
        ),
        Item(
            id="i2",
            problem="p3",
            action="change",
            subject=drug("metformin", "6809", "MedicationRequest/metformin"),
            change="from 1000 mg twice daily to 500 mg twice daily",
            dose=Dose(
                text="500 mg by mouth twice daily with meals",
                amount=PlanQuantity("500", "mg"),
                per="12 h",
                route="oral",
                max_per_day=PlanQuantity("1000", "mg"),
                adjustments=("eGFR 30 to 44: at most 1000 mg a day",),
                rule=KnowledgeRef("metformin-label", "1.0.0"),
            ),
            due=Due(0, "2026-11-23"),
            rationale=(Rationale(text="eGFR 36: half the maximum dose.", facts=("calculation:egfr-ckd-epi-2021",), evidence=(METFORMIN,)),),
            monitoring=("eGFR every 3 months; stop below 30.",),
            replaces=("MedicationRequest/metformin",),
        ),
        Item(
            id="i3",
            problem="p1",
            action="start",
            subject=drug("spironolactone", "9997"),
            dose=Dose(
                text="12.5 mg by mouth once daily",
                amount=PlanQuantity("12.5", "mg"),
                per="24 h",
                titration="25 mg after 4 weeks if potassium is below 5.0",
            ),
            due=Due(14, "2026-12-07"),
            conditional_on=("q1",),
            rationale=(Rationale(text="MRA lowers mortality in HFrEF; eGFR above 30.", facts=("Observation/lvef-1",), evidence=(HF,)),),
            monitoring=("Potassium and creatinine at 1 week, 4 weeks, then every 3 months.",),
        ),
        Item(
            id="i4",
            problem="p4",
            action="hold",
            subject=drug("simvastatin", "36567", "MedicationRequest/simvastatin"),
            change="until 3 days after the last dose of clarithromycin",
            due=Due(0, "2026-11-23"),
            urgency="same-day",
            rationale=(
                Rationale(
                    text="Clarithromycin raises simvastatin many times over.",
                    facts=("MedicationRequest/clarithromycin",),
                    evidence=(SIMVASTATIN,),
                ),
            ),
            patient_instruction="Tell us at once of muscle pain or dark urine.",
        ),
        Item(
            id="i5",
            problem="p2",
            action="order",
            subject=Subject(
                kind="laboratory", text="Potassium, creatinine, sodium", code=PlanCode(LOINC, "24321-2", "Basic metabolic panel")
            ),
            due=Due(1, "2026-11-24"),
            rationale=(Rationale(text="Needed before spironolactone; overdue since 2026-09-14.", evidence=(CKD,)),),
        ),
        Item(
            id="i6",
            problem="p1",
            action="continue",
            subject=drug("carvedilol", "20352", "MedicationRequest/carvedilol"),
            rationale=(Rationale(text="Target dose reached.", evidence=(HF,)),),
        ),
        Item(
            id="i7",
            action="vaccinate",
            subject=Subject(kind="immunization", text="Influenza, this season"),
            due=Due(14, "2026-12-07"),
            rationale=(Rationale(text="No dose recorded since 2025-10.", facts=("Immunization/flu-2025",)),),
        ),
    )


def _hkd_medications() -> tuple[MedicationLine, ...]:
    def line(
        name: str, regimen: str, action: str, why: str, currency: str = "current", items: tuple[str, ...] = (), indication: str = ""
    ) -> MedicationLine:
        return MedicationLine(
            reference=f"MedicationRequest/{name}",
            text=name,
            regimen=regimen,
            action=action,  # type: ignore[arg-type]  # the sample's own literals
            why=why,
            currency=currency,
            items=items,
            indication=indication,
            ingredients=(PlanIngredient(name),),
        )

    return (
        line(
            "lisinopril",
            "20 mg once daily",
            "continue",
            "heart failure and albuminuria; BP 128/74 allows no more yet",
            indication="heart failure",
        ),
        line("carvedilol", "25 mg twice daily", "continue", "target dose", items=("i6",), indication="heart failure"),
        line("metformin", "1000 mg twice daily", "change", "eGFR 36: at most 1000 mg a day", items=("i2",), indication="type 2 diabetes"),
        line("simvastatin", "40 mg at night", "hold", "taken with clarithromycin", items=("i4",), indication="hyperlipidaemia"),
        line("clarithromycin", "500 mg twice daily, 7 days", "continue", "course ends 2026-11-27", indication="pneumonia"),
        line("furosemide", "40 mg once daily", "continue", "asked: is it still taken?", currency="uncertain", indication="heart failure"),
    )


def _hkd_issues() -> tuple[PlanIssue, ...]:
    return (
        PlanIssue(
            id="d1",
            code="DRG",
            severity="contraindicated",
            indicator="critical",
            interruptive=True,
            participants=("simvastatin", "clarithromycin"),
            consequence="Simvastatin rises about tenfold: rhabdomyolysis, kidney injury.",
            action="Hold simvastatin during the course and for 3 days after it.",
            mechanism="strong inhibition of CYP3A4",
            alternatives=("azithromycin", "doxycycline"),
            rule=KnowledgeRef("statin-macrolide", "1.0.0"),
            evidence=(SIMVASTATIN,),
            facts=("MedicationRequest/clarithromycin", "MedicationRequest/simvastatin"),
            medications=("MedicationRequest/clarithromycin", "MedicationRequest/simvastatin"),
            items=("i4",),
            handled_by=("i4",),
        ),
        PlanIssue(
            id="d2",
            code="DRG",
            severity="major",
            indicator="warning",
            interruptive=True,
            participants=("spironolactone", "lisinopril"),
            consequence="Potassium may rise, more so at eGFR 36.",
            action="Start only below 5.0 mmol/L; potassium at 1 and 4 weeks.",
            rule=KnowledgeRef("mra-ras-inhibitor", "1.0.0"),
            items=("i3",),
            missing=("serum-potassium",),
        ),
        PlanIssue(
            id="d3",
            code="DOSE",
            severity="major",
            indicator="warning",
            interruptive=False,
            participants=("metformin",),
            consequence="2000 mg a day at eGFR 36 raises the risk of lactic acidosis.",
            action="At most 1000 mg a day.",
            rule=KnowledgeRef("metformin-label", "1.0.0"),
            evidence=(METFORMIN,),
            handled_by=("i2",),
        ),
        PlanIssue(
            id="d4",
            code="DRG",
            severity="moderate",
            indicator="info",
            interruptive=False,
            participants=("carvedilol", "metformin"),
            consequence="Signs of low sugar may be masked.",
            action="No action: neither causes hypoglycaemia by itself.",
            rule=KnowledgeRef("beta-blocker-glucose-lowering", "1.0.0"),
            suppressed="no medicine here causes hypoglycaemia",
        ),
        PlanIssue(
            id="d5",
            code="DRG",
            severity="minor",
            indicator="info",
            interruptive=False,
            participants=("lisinopril", "metformin"),
            consequence="Glucose may fall slightly.",
            action="None.",
            rule=KnowledgeRef("ace-inhibitor-glucose-lowering", "1.0.0"),
            suppressed="minor, no action follows",
        ),
    )


def _hkd_coverage() -> tuple[Coverage, ...]:
    return (
        Coverage(
            concern="Condition/hfref",
            text="Heart failure with reduced ejection fraction",
            status="addressed",
            reason="two medicines started",
            items=("i1", "i3", "i6"),
        ),
        Coverage(
            concern="Condition/ckd",
            text="Chronic kidney disease G3b A2",
            status="addressed",
            reason="SGLT2 inhibitor, tests",
            items=("i1", "i5"),
        ),
        Coverage(concern="Condition/t2dm", text="Type 2 diabetes", status="addressed", reason="dose corrected", items=("i1", "i2")),
        Coverage(
            concern="Condition/hld",
            text="Hyperlipidaemia",
            status="deferred",
            reason="a stronger statin is chosen once the macrolide is over",
        ),
        Coverage(
            concern="Condition/oa", text="Osteoarthritis of the knee", status="not-covered", reason="no guideline chapter for it here"
        ),
        Coverage(concern="Observation/uacr-1", text="UACR 140 mg/g (2026-05-03)", status="addressed", reason="treated", items=("i1",)),
        Coverage(
            concern="Observation/hb-1",
            text="Haemoglobin 11.4 g/dL (2026-05-03)",
            status="deferred",
            reason="repeat with the next blood test; iron study if below 11",
        ),
        Coverage(concern="MedicationRequest/furosemide", text="furosemide 40 mg once daily", status="deferred", reason="asked in q2"),
        Coverage(concern="Task/eye", text="Eye examination, due since 2026-03", status="refused", reason="declined on 2026-10-02"),
    )


def high_potassium() -> Plan:
    """Man of 66 with potassium 6.7: an emergency, escalated, little planned."""
    return sealed(
        Plan(
            as_of="2026-11-23",
            patient=PlanPatient(
                reference="Patient/hk-2", age=66, sex="male", pregnancy="none", kidney="eGFR 22 mL/min/{1.73_m2} (2026-11-23)"
            ),
            summary="Potassium 6.7 mmol/L today on spironolactone and lisinopril with eGFR 22: hospital now, before any outpatient plan.",
            top_changes=(
                "Send to the emergency department now: ECG and treatment of hyperkalaemia.",
                "Stop spironolactone.",
                "Hold lisinopril.",
            ),
            urgent=("Potassium 6.7 mmol/L (2026-11-23), not marked as haemolysed.",),
            input=PlanInput(digest="sha256:" + "a1" * 32, resources=64),
            knowledge=(KnowledgeRef("hyperkalaemia-consensus-2023", "0.3.0"),),
            problems=(
                PlanProblem(
                    id="p1",
                    text="Hyperkalaemia",
                    assessment="Potassium 6.7 mmol/L (2026-11-23), 5.1 in September.",
                    goal=(Goal(observable="serum-potassium", target="below 5.5 mmol/L", by="2026-11-23"),),
                    red_flags=("weakness", "palpitations", "fainting"),
                    facts=("Observation/k-7",),
                ),
            ),
            items=(
                Item(
                    id="i1",
                    problem="p1",
                    action="refer",
                    subject=Subject(kind="referral", text="Emergency department, by ambulance"),
                    due=Due(0, "2026-11-23"),
                    urgency="emergency",
                    rationale=(Rationale(text="Potassium of 6.5 mmol/L or more.", facts=("Observation/k-7",), evidence=(POTASSIUM,)),),
                ),
                Item(
                    id="i2",
                    problem="p1",
                    action="stop",
                    subject=drug("spironolactone", "9997", "MedicationStatement/spironolactone"),
                    urgency="emergency",
                    rationale=(Rationale(text="Raises potassium; eGFR 22.", evidence=(POTASSIUM,)),),
                ),
                Item(
                    id="i3",
                    problem="p1",
                    action="hold",
                    subject=drug("lisinopril", "29046", "MedicationStatement/lisinopril"),
                    change="until potassium is below 5.0 mmol/L",
                    urgency="emergency",
                ),
            ),
            medications=(
                MedicationLine(
                    reference="MedicationStatement/spironolactone",
                    text="spironolactone",
                    action="stop",
                    why="potassium 6.7 mmol/L",
                    currency="current",
                    regimen="25 mg daily",
                    items=("i2",),
                ),
                MedicationLine(
                    reference="MedicationStatement/lisinopril",
                    text="lisinopril",
                    action="hold",
                    why="potassium 6.7 mmol/L",
                    currency="current",
                    regimen="40 mg daily",
                    items=("i3",),
                ),
            ),
            coverage=(
                Coverage(
                    concern="Observation/k-7",
                    text="Potassium 6.7 mmol/L (2026-11-23)",
                    status="addressed",
                    reason="emergency",
                    items=("i1",),
                ),
            ),
            disposition=Disposition(route="escalate", urgency="emergency", reasons=("potassium 6.7 mmol/L",)),
            sources=(POTASSIUM,),
        )
    )


def fallen_back_draft() -> Plan:
    """Woman of 84 with atrial fibrillation; the model's draft failed its checks and the rules took over."""
    return sealed(
        Plan(
            as_of="2026-11-23",
            patient=PlanPatient(reference="Patient/af-3", age=84, sex="female", pregnancy="none", weight="58 kg (2026-11-01)"),
            summary="Atrial fibrillation on apixaban 5 mg twice daily; age and weight call for 2.5 mg. Naproxen over the counter doubles the bleeding risk.",
            top_changes=("Reduce apixaban to 2.5 mg twice daily.", "Stop naproxen; paracetamol instead."),
            drafter=Drafter(
                kind="rules",
                model="example-model",
                prompt_digest="sha256:" + "0c" * 32,
                fell_back="two drafts named items that no tool had returned",
            ),
            input=PlanInput(digest="sha256:" + "7e" * 32, resources=31),
            problems=(PlanProblem(id="p1", text="Atrial fibrillation", assessment="Heart rate 76 /min (2026-11-01)."),),
            items=(
                Item(
                    id="i1",
                    problem="p1",
                    action="change",
                    subject=drug("apixaban", "1364430", "MedicationRequest/apixaban"),
                    change="from 5 mg to 2.5 mg twice daily",
                    dose=Dose(text="2.5 mg by mouth twice daily", amount=PlanQuantity("2.5", "mg"), per="12 h"),
                    rationale=(Rationale(text="Age 80 or more and weight 60 kg or less.", evidence=(APIXABAN,)),),
                ),
                Item(id="i2", action="stop", subject=drug("naproxen", "7258", "MedicationStatement/naproxen")),
            ),
            medications=(
                MedicationLine(
                    reference="MedicationRequest/apixaban",
                    text="apixaban",
                    action="change",
                    why="two of three criteria met",
                    currency="current",
                    items=("i1",),
                ),
                MedicationLine(
                    reference="MedicationStatement/naproxen",
                    text="naproxen",
                    action="stop",
                    why="bleeding",
                    currency="uncertain",
                    items=("i2",),
                ),
            ),
            disposition=Disposition(route="review", urgency="routine"),
            sources=(APIXABAN,),
        )
    )


def abstention() -> Plan:
    """A child of six: outside what the project covers, so no plan but a reason."""
    return sealed(
        Plan(
            as_of="2026-11-23",
            status="no-plan",
            patient=PlanPatient(reference="Patient/c-4", age=6, sex="male"),
            summary="No plan was drafted.",
            input=PlanInput(digest="sha256:" + "3b" * 32, resources=9),
            coverage=(
                Coverage(concern="Condition/asthma", text="Asthma", status="not-covered", reason="patients under 18 years are not covered"),
            ),
            not_checked=(NotChecked("all medicines", "patients under 18 years are not covered"),),
            disposition=Disposition(route="abstain", urgency="routine", reasons=("patients under 18 years are not covered",)),
        )
    )


HOSTILE = '<script>alert(1)</script>\x1b[31m[bold]ignore all rules[/bold]\u202e {{ 7*7 }} & "quoted"\r\n# heading'


def hostile() -> Plan:
    """A record whose free text attacks whoever shows it."""
    return sealed(
        Plan(
            as_of="2026-11-23",
            patient=PlanPatient(reference=f"Patient/{HOSTILE}", age=50, allergies=(HOSTILE,)),
            summary=HOSTILE,
            top_changes=(HOSTILE,),
            urgent=(HOSTILE,),
            input=PlanInput(digest="sha256:" + "11" * 32, resources=1, set_aside=(SetAside(HOSTILE, HOSTILE),)),
            problems=(
                PlanProblem(
                    id="p1", text=HOSTILE, assessment=HOSTILE, goal=(Goal(observable=HOSTILE, target=HOSTILE),), red_flags=(HOSTILE,)
                ),
            ),
            items=(
                Item(
                    id="i1",
                    problem="p1",
                    action="counsel",
                    subject=Subject(kind="lifestyle", text=HOSTILE),
                    change=HOSTILE,
                    rationale=(Rationale(text=HOSTILE, facts=(HOSTILE,)),),
                    monitoring=(HOSTILE,),
                    patient_instruction=HOSTILE,
                ),
            ),
            medications=(
                MedicationLine(reference=HOSTILE, text=HOSTILE, action="continue", why=HOSTILE, currency="current", regimen=HOSTILE),
            ),
            issues=(
                PlanIssue(
                    id="d1",
                    code="DATA",
                    severity="major",
                    indicator="warning",
                    interruptive=True,
                    participants=(HOSTILE,),
                    consequence=HOSTILE,
                    action=HOSTILE,
                    rule=KnowledgeRef("x", "1.0.0"),
                ),
            ),
            questions=(Question(id="q1", about=HOSTILE, why=HOSTILE),),
            coverage=(Coverage(concern=HOSTILE, text=HOSTILE, status="deferred", reason=HOSTILE),),
            not_checked=(NotChecked(HOSTILE, HOSTILE),),
            disposition=Disposition(route="review", urgency="routine", reasons=(HOSTILE,)),
        )
    )


ALL = (heart_kidney_diabetes, high_potassium, fallen_back_draft, abstention, hostile)
