"""A medicine against a patient: what is found, what is asked, what is said of a medicine that cannot be looked at."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tools.clinical.answer import Issue
from tools.clinical.facts import Allergy, DataIssue, Facts, Ingredient, Measurement, MedicationUse, Problem
from tools.clinical.quantity import Quantity
from tools.contraindications import barred, check_contraindications, check_medications, documents, explain, knows, review_allergies

AS_OF = date(2026, 6, 30)
METFORMIN = frozenset({"metformin", "biguanide"})
LISINOPRIL = frozenset({"lisinopril", "ace-inhibitor", "ras-inhibitor"})


def use(*kinds: str, reference: str = "MedicationRequest/1", currency: str = "proposed", **more: object) -> MedicationUse:
    return MedicationUse(reference, kinds[0], (Ingredient(kinds[0]),), frozenset(kinds), currency=currency, **more)  # type: ignore[arg-type]


def patient(**more: object) -> Facts:
    known: dict[str, object] = {"birth_date": date(1976, 1, 1), "sex": "male", "pregnancy": "none", **more}
    return Facts(AS_OF, "Patient/1", **known)  # type: ignore[arg-type]


def value(name: str, text: str, days: int = 0) -> dict[str, tuple[Measurement, ...]]:
    return {name: (Measurement(name, Quantity.parse(text), AS_OF - timedelta(days=days), f"Observation/{name}"),)}


def rules(issues: tuple[Issue, ...]) -> list[str]:
    return sorted(issue.rule.id for issue in issues)


def with_problem(*names: str) -> dict[str, object]:
    return {"problems": tuple(Problem(f"Condition/{name}", name, frozenset({name})) for name in names)}


def test_metformin_at_egfr_29_9_is_contraindicated_and_at_30_may_go_on() -> None:
    low = patient(measurements=value("egfr", "29.9 mL/min/{1.73_m2}"))
    at_limit = patient(measurements=value("egfr", "30 mL/min/{1.73_m2}"))
    taken = use("metformin", currency="current")
    assert rules(check_contraindications(taken, low).issues) == ["metformin-egfr-below-30"]
    assert check_contraindications(taken, at_limit).outcome == "nothing_found"
    assert rules(check_contraindications(use("metformin"), at_limit).issues) == ["metformin-start-egfr-30-to-45"]


def test_a_missing_egfr_is_asked_for_and_bars_nothing() -> None:
    answer = check_contraindications(use("metformin"), patient())
    assert [(i.code, i.missing, i.blocks_start_only) for i in answer.issues] == [("LAB", ("egfr",), True)]
    assert barred(METFORMIN, patient()) is None


def test_egfr_in_another_spelling_of_the_unit_is_the_same() -> None:
    facts = patient(measurements=value("egfr", "29 mL/min/1.73m2"))
    assert rules(check_contraindications(use("metformin", currency="current"), facts).issues) == ["metformin-egfr-below-30"]


def test_a_medicine_without_kinds_is_not_checked_and_never_nothing_found() -> None:
    answer = check_contraindications(MedicationUse("MedicationRequest/1", "unheard-of", currency="current"), patient())
    assert (answer.outcome, answer.reason, answer.issues) == ("not_checked", "not recognised", ())


def test_an_incomplete_medicine_is_partly_checked() -> None:
    screening = check_medications([use("metformin", currency="current", complete=False)], patient())
    assert [(check.status, check.reason) for check in screening.checked] == [("partly_checked", "not every component was recognised")]


def test_an_old_medicine_is_not_checked() -> None:
    assert check_contraindications(use("metformin", currency="old"), patient()).outcome == "not_checked"


@pytest.mark.parametrize(
    ("weeks", "expected"),
    [(19, []), (20, ["nsaid-pregnancy-20-to-30-weeks"]), (29, ["nsaid-pregnancy-20-to-30-weeks"]), (30, ["nsaid-pregnancy-from-30-weeks"])],
)
def test_anti_inflammatories_in_pregnancy_go_by_the_week(weeks: int, expected: list[str]) -> None:
    facts = patient(sex="female", pregnancy="pregnant", measurements=value("gestational-age", f"{weeks} wk"))
    assert rules(check_contraindications(use("ibuprofen", "nsaid", "nsaid-nonselective"), facts).issues) == expected


def test_an_unknown_week_of_pregnancy_is_asked_for() -> None:
    facts = patient(sex="female", pregnancy="pregnant")
    issues = check_contraindications(use("ibuprofen", "nsaid", "nsaid-nonselective"), facts).issues
    assert [(i.code, i.missing, i.interruptive) for i in issues] == [("PREG", ("gestational-age",), False)]


def test_unknown_pregnancy_asks_a_woman_of_fifty_and_not_of_fifty_one() -> None:
    labs = value("egfr", "90 mL/min/{1.73_m2}") | value("serum-potassium", "4.2 mmol/L")
    fifty = patient(sex="female", pregnancy="unknown", birth_date=date(1976, 6, 30), measurements=labs)
    fifty_one = replace(fifty, birth_date=date(1975, 6, 30))
    medicine = use(*sorted(LISINOPRIL - {"lisinopril"}), "lisinopril")
    assert rules(check_contraindications(medicine, fifty).issues) == ["pregnancy-status-unknown-start"]
    assert check_contraindications(medicine, fifty_one).outcome == "nothing_found"


def test_unknown_pregnancy_asks_no_man() -> None:
    answer = check_contraindications(use("isotretinoin", "retinoid"), patient(pregnancy="unknown"))
    assert answer.outcome == "nothing_found"


def test_an_infant_of_eleven_months_is_not_below_six_months() -> None:
    infant = patient(birth_date=date(2025, 7, 30))
    young = patient(birth_date=date(2026, 1, 1))
    ibuprofen = use("ibuprofen", "nsaid", "nsaid-nonselective")
    assert "ibuprofen-under-6-months" not in rules(check_contraindications(ibuprofen, infant).issues)
    assert "ibuprofen-under-6-months" in rules(check_contraindications(ibuprofen, young).issues)


def allergy(*kinds: str, reactions: tuple[str, ...] = (), **more: object) -> dict[str, object]:
    return {"allergies": (Allergy("AllergyIntolerance/1", kinds[0], frozenset(kinds), frozenset(reactions), **more),)}  # type: ignore[arg-type]


def test_cefazolin_after_anaphylaxis_to_penicillin_is_told_and_not_stopped() -> None:
    facts = patient(**allergy("penicillin", "drug-penicillin", reactions=("anaphylaxis", "severe-immediate")))
    issues = check_contraindications(use("cefazolin", "cephalosporin", "ceph-r1-unique"), facts).issues
    assert [(i.rule.id, i.severity, i.interruptive) for i in issues] == [("cefazolin-after-penicillin", "minor", False)]
    assert barred(frozenset({"cefazolin", "cephalosporin", "ceph-r1-unique"}), facts) is None


def test_amoxicillin_after_anaphylaxis_to_penicillin_is_barred() -> None:
    facts = patient(**allergy("penicillin", "drug-penicillin", reactions=("anaphylaxis", "severe-immediate")))
    issue = barred(frozenset({"amoxicillin", "penicillin", "aminopenicillin"}), facts, ingredients=("amoxicillin",))
    assert issue is not None
    named = barred(frozenset({"gentamicin", "aminoglycoside"}), patient(pregnancy="pregnant"), name="gentamicin")
    assert named is not None
    assert named.action == "Give gentamicin only if it is needed, and keep it short."
    assert (issue.rule.id, issue.severity) == ("penicillin-immediate-severe", "contraindicated")


def test_a_rash_under_penicillin_leads_to_removal_of_the_label() -> None:
    facts = patient(**allergy("penicillin", "drug-penicillin", reactions=("rash",)))
    issues = check_contraindications(use("amoxicillin", "penicillin", "aminopenicillin"), facts).issues
    assert [i.rule.id for i in issues] == ["penicillin-low-risk"]
    assert "Offer removal of the label" in issues[0].action


def test_a_harmless_label_is_counselled_about_although_nothing_is_prescribed() -> None:
    harmless = patient(**allergy("penicillin", "drug-penicillin", reactions=("rash",)))
    grave = patient(**allergy("penicillin", "drug-penicillin", reactions=("anaphylaxis", "severe-immediate")))
    assert [(i.rule.id, i.facts, i.medications, i.interruptive) for i in review_allergies(harmless)] == [
        ("penicillin-label-low-risk", ("AllergyIntolerance/1",), (), False)
    ]
    assert review_allergies(grave) == ()


def test_furosemide_does_not_interrupt_for_a_sulfonamide_allergy() -> None:
    facts = patient(**allergy("sulfonamide-antibiotic", "drug-sulfonamide", reactions=("anaphylaxis", "severe-immediate")))
    issues = check_contraindications(use("furosemide", "loop-diuretic", "sulfonamide-nonantibiotic"), facts).issues
    assert [i.rule.id for i in issues if i.code == "ALGY"] == ["nonantibiotic-sulfonamide"]
    assert not any(i.interruptive for i in issues if i.code == "ALGY")


def test_an_unverified_allergy_says_so() -> None:
    facts = patient(**allergy("doxycycline", reactions=("urticaria",), verified=False))
    issue = check_contraindications(use("doxycycline", "tetracycline-class"), facts).issues[0]
    assert issue.consequence.endswith("The entry in the allergy list is not confirmed.")


def test_an_inactive_allergy_says_nothing() -> None:
    facts = patient(**allergy("doxycycline", reactions=("anaphylaxis",), active=False))
    assert check_contraindications(use("doxycycline", "tetracycline-class"), facts).outcome == "nothing_found"


def test_an_uncertain_duplicate_does_not_interrupt() -> None:
    sure = [use("apixaban", "doac", currency="current"), use("rivaroxaban", "doac", reference="MedicationRequest/2", currency="current")]
    unsure = [sure[0], replace(sure[1], currency="uncertain")]
    found = [i for i in check_medications(sure, patient()).issues if i.code == "DUPTHPY"]
    asked = [i for i in check_medications(unsure, patient()).issues if i.code == "DUPTHPY"]
    assert [(i.rule.id, i.interruptive) for i in found] == [("two-of-doac", True)]
    assert [(i.rule.id, i.interruptive) for i in asked] == [("two-of-doac", False)]


def test_eye_drops_of_a_beta_blocker_matter_in_asthma_and_drops_of_an_anti_inflammatory_not_in_heart_failure() -> None:
    asthma = patient(**with_problem("asthma"))
    failure = patient(**with_problem("heart-failure"))
    drops = use("timolol", "beta-blocker", "bb-nonselective", route="ophthalmic")
    ketorolac = use("ketorolac", "nsaid", "nsaid-nonselective", route="ophthalmic")
    assert rules(check_contraindications(drops, asthma).issues) == ["nonselective-beta-blocker-asthma"]
    assert check_contraindications(ketorolac, failure).outcome == "nothing_found"


def test_a_contradiction_of_code_and_text_becomes_an_issue_of_the_medicine() -> None:
    facts = patient(data_issues=(DataIssue("MedicationRequest/1", "contradiction", "The code names amlodipine, the text lisinopril."),))
    issues = check_contraindications(use("amlodipine", "ccb-dhp", currency="current"), facts).issues
    assert [(i.code, i.medications, i.interruptive) for i in issues] == [("DATA", ("MedicationRequest/1",), True)]
    assert issues[0].consequence == "This entry of the record contradicts itself. The code names amlodipine, the text lisinopril."


def test_a_contradiction_about_another_medicine_is_not_this_ones() -> None:
    facts = patient(data_issues=(DataIssue("MedicationRequest/9", "contradiction", "elsewhere"),))
    assert check_contraindications(use("amlodipine", "ccb-dhp", currency="current"), facts).outcome == "nothing_found"


def test_methotrexate_without_folic_acid_is_reminded_and_with_it_not() -> None:
    labs = value("egfr", "90 mL/min/{1.73_m2}") | value("alt", "20 U/L") | value("white-cells", "6 10*9/L")
    facts = patient(measurements=labs)
    methotrexate = use("methotrexate", currency="current")
    folic = use("folic-acid", "folate", reference="MedicationRequest/2", currency="current")
    assert rules(check_medications([methotrexate], facts).issues) == ["methotrexate-without-folic-acid"]
    assert check_medications([methotrexate, folic], facts).issues == ()


def test_explain_tells_a_rule_with_its_sources_and_knows_its_version() -> None:
    told = explain("metformin-egfr-below-30")
    assert told is not None
    assert (told.kind, told.subject, told.severity) == ("laboratory", ("metformin",), "contraindicated")
    assert told.evidence
    assert knows("metformin-egfr-below-30", told.version)
    assert knows(told.file, told.version)
    assert not knows("metformin-egfr-below-30", "0.0.0")
    assert explain("no-such-rule") is None


def test_what_is_unsure_never_interrupts() -> None:
    loud = [s.id for file in documents() for s in file.statements() if s.confidence == "unsure" and s.tier in ("hard-stop", "interruptive")]
    assert loud == []


REGIMEN = (
    use("ibuprofen", "nsaid", "nsaid-nonselective", reference="MedicationRequest/1", currency="current"),
    use("lisinopril", "ace-inhibitor", "ras-inhibitor", reference="MedicationRequest/2", currency="current"),
    use("simvastatin", "statin", reference="MedicationRequest/3", currency="current"),
    use("atorvastatin", "statin", reference="MedicationRequest/4"),
    use("metformin", reference="MedicationRequest/5"),
    use("diphenhydramine", "antihistamine-1g", "anticholinergic-strong", reference="MedicationRequest/6"),
)


@given(st.permutations(REGIMEN))
def test_the_order_of_medicines_never_changes_the_answer(order: list[MedicationUse]) -> None:
    facts = patient(
        birth_date=date(1940, 1, 1), measurements=value("egfr", "40 mL/min/{1.73_m2}"), **with_problem("heart-failure", "dementia")
    )
    expected = {(i.rule.id, frozenset(i.participants), frozenset(i.missing)) for i in check_medications(REGIMEN, facts).issues}
    assert {(i.rule.id, frozenset(i.participants), frozenset(i.missing)) for i in check_medications(order, facts).issues} == expected


def lifted_by_a_companion(rule_id: str) -> bool:
    """Whether the rule itself says that another medicine lifts it."""
    told = explain(rule_id)
    return told is not None and any("none_of" in clause for clause in told.when)


@given(st.sets(st.integers(0, 5), min_size=1), st.integers(0, 5))
def test_adding_a_medicine_never_removes_an_issue_save_where_the_rule_says_so(chosen: set[int], more: int) -> None:
    facts = patient(
        birth_date=date(1940, 1, 1), measurements=value("egfr", "40 mL/min/{1.73_m2}"), **with_problem("heart-failure", "dementia")
    )
    few = check_medications([REGIMEN[n] for n in sorted(chosen)], facts).issues
    many = check_medications([REGIMEN[n] for n in sorted(chosen | {more})], facts).issues
    kept = {(i.rule.id, reference) for i in many for reference in i.medications}
    lost = {(i.rule.id, reference) for i in few for reference in i.medications if not i.missing} - kept
    assert {pair for pair in lost if not lifted_by_a_companion(pair[0])} == set()
