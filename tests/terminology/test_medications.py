"""One medicine, however it is written: brand, generic, code and misspelling give the same answer, and no other one."""

from __future__ import annotations

from decimal import Decimal
from itertools import product
from string import ascii_lowercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.clinical.facts import Coding
from tools.clinical.knowledge import load
from tools.clinical.quantity import Quantity
from tools.terminology import MedicationMatch, normalize_medication, terminology
from tools.terminology.model import HERE, ProductFile

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


def read(text: str = "", code: str = "") -> MedicationMatch:
    return terminology().medication(text, (Coding(RXNORM, code, ""),) if code else ())


@pytest.mark.parametrize(
    ("ways", "ingredients"),
    [
        (("warfarin", "Coumadin", "WARFARIN SODIUM 5 MG Oral Tablet", "warfarn", "Jantoven 2mg"), {"warfarin"}),
        (("furosemide", "Lasix 40mg", "furosemide 40 MG Oral Tablet", "furosemid", "frusemide"), {"furosemide"}),
        (("simvastatin", "Simvistatin 10 MG", "Zocor", "simvastatin 10 MG Oral Tablet"), {"simvastatin"}),
        (
            ("amlodipine / atorvastatin", "Caduet", "amLODIPine 5 MG / atorvastatin 10 MG Oral Tablet [Caduet]"),
            {"amlodipine", "atorvastatin"},
        ),
        (
            ("Bactrim DS", "sulfamethoxazole 800 MG / trimethoprim 160 MG Oral Tablet", "co-trimoxazole", "TMP-SMX"),
            {"sulfamethoxazole", "trimethoprim"},
        ),
        (("HCTZ", "hydrochlorothiazide 25 MG", "Microzide"), {"hydrochlorothiazide"}),
        (("acetaminophen", "paracetamol", "APAP", "Tylenol 325 mg tab po q6h prn"), {"acetaminophen"}),
        (("metformin ER", "24 HR metformin hydrochloride 500 MG Extended Release Oral Tablet", "Glucophage XR"), {"metformin"}),
    ],
)
def test_all_ways_to_write_it_mean_the_same(ways: tuple[str, ...], ingredients: set[str]) -> None:
    assert {way: read(way).names for way in ways} == {way: frozenset(ingredients) for way in ways}
    assert {read(way).outcome for way in ways} == {"recognized"}
    assert len({read(way).kinds for way in ways}) == 1


def test_a_code_alone_means_what_its_name_means() -> None:
    assert read(code="314076").names == read("lisinopril").names == read(code="29046").names


@pytest.mark.parametrize(
    ("text", "strength", "form", "route"),
    [
        ("Lasix 40mg", "40 mg", None, None),
        ("Amoxicillin 250mg/5ml Suspension", "50 mg/mL", "suspension", None),
        ("levothyroxine 75 mcg tablet", "75 ug", "tablet", "oral"),
        ("Lantus 100 unit/ml injectable solution", "100 [IU]/mL", "solution", "parenteral"),
        ("120 ACTUAT Fluticasone propionate 0.044 MG/ACTUAT Metered Dose Inhaler", "0.044 mg/{puff}", "inhaler", "inhaled"),
        ("72 HR Fentanyl 0.025 MG/HR Transdermal System", "0.025 mg/h", "system", "transdermal"),
        ("warfarin 2,5 mg tablet", "2.5 mg", "tablet", "oral"),
        ("digoxin 0,125 mg tablet", "0.125 mg", "tablet", "oral"),
        ("metformin 1,000 mg tablet", "1000 mg", "tablet", "oral"),
        ("heparin 10,000 units/ml solution", "10000 [IU]/mL", "solution", None),
        ("Hydrocortisone 10 MG/ML Topical Cream", "10 mg/mL", "cream", "topical"),
    ],
)
def test_strength_form_and_route_are_read(text: str, strength: str, form: str | None, route: str | None) -> None:
    match = read(text)
    assert (str(match.strength), match.form, match.route, match.outcome) == (strength, form, route, "recognized")


def test_a_steroid_is_systemic_or_of_the_skin_by_its_route() -> None:
    known = terminology()
    kinds = known.kinds_of("hydrocortisone")
    assert known.kinds_by(kinds, "topical") == {"hydrocortisone", "corticosteroid-topical"}
    assert known.kinds_by(kinds, "oral") == {"hydrocortisone", "glucocorticoid-systemic", "glucocorticoid", "glucocorticoid-day-by-day"}
    assert known.kinds_by(kinds, "rectal") == {"hydrocortisone", "glucocorticoid-systemic", "glucocorticoid"}
    assert known.kinds_by(kinds, None) == kinds


def test_each_ingredient_of_a_combination_keeps_its_own_strength() -> None:
    match = read("amLODIPine 5 MG / atorvastatin 10 MG Oral Tablet [Caduet]")
    assert match.strengths == (("amlodipine", Quantity(Decimal(5), "mg")), ("atorvastatin", Quantity(Decimal(10), "mg")))
    assert match.strength is None


def test_a_pack_is_opened() -> None:
    text = "{21 (ethinyl estradiol 0.03 MG / norethindrone 1.5 MG Oral Tablet) / 7 (ferrous fumarate 75 MG Oral Tablet) } Pack"
    assert read(text).names == {"ethinyl-estradiol", "norethindrone", "ferrous-fumarate"}


def test_insulin_mixtures_hold_two_insulins() -> None:
    text = "insulin isophane, human 70 UNT/ML / insulin, regular, human 30 UNT/ML Injectable Suspension [Humulin]"
    assert read(text).names == {"insulin-isophane", "insulin-regular-human"}


def test_a_component_that_nobody_knows_makes_the_answer_partial() -> None:
    match = read("lisinopril 10 MG / frobnicatine 5 MG Oral Tablet")
    assert (match.names, match.outcome, match.unresolved) == ({"lisinopril"}, "partial", ("frobnicatine",))


def test_a_word_that_is_no_medicine_and_no_filler_makes_it_partial() -> None:
    assert read("lisinopril kombucha").outcome == "partial"


def test_a_class_alone_is_partial_and_keeps_the_class() -> None:
    match = read("insulin")
    assert match.outcome == "partial"
    assert match.names == frozenset()
    assert {"insulin", "antidiabetic", "hypoglycaemia-risk"} <= match.kinds


@pytest.mark.parametrize("text", ["", "   ", "Medication 1", "see list", "tablet", "MTX", "MS", "zzyzx"])
def test_what_names_no_medicine_is_not_recognized(text: str) -> None:
    match = read(text)
    assert (match.outcome, match.ingredients, match.kinds) == ("not_recognized", (), frozenset())


def test_code_and_display_that_contradict_each_other_are_a_data_issue_and_the_display_is_believed() -> None:
    match = terminology().medication("Captopril 25 MG Oral Tablet", (Coding(RXNORM, "833036", "Captopril 25 MG Oral Tablet"),))
    assert match.names == {"captopril"}
    assert match.data_issue == "the code stands for acetaminophen + hydrocodone, the display says captopril"
    assert match.confidence == "unsure"


def test_two_texts_that_name_different_medicines_are_a_data_issue() -> None:
    match = terminology().medication("warfarin 5 MG", (Coding("http://example.org/drugs", "1", "lisinopril 10 MG Oral Tablet"),))
    assert match.data_issue == "one text says lisinopril, another warfarin"


def test_a_brand_that_holds_none_of_the_ingredients_makes_it_partial() -> None:
    assert read("lisinopril 10 MG Oral Tablet [Zocor]").outcome == "partial"
    assert read("simvastatin 10 MG Oral Tablet [Zocor]").outcome == "recognized"


def test_code_and_display_that_agree_are_no_issue() -> None:
    match = terminology().medication("", (Coding(RXNORM, "314076", "lisinopril 10 MG Oral Tablet"),))
    assert (match.data_issue, match.confidence) == (None, "sure")


def test_a_code_of_another_system_is_not_read_as_rxnorm() -> None:
    assert terminology().medication("", (Coding("http://example.org/drugs", "161", ""),)).outcome == "not_recognized"
    assert terminology().medication("", (Coding("urn:oid:2.16.840.1.113883.6.88", "161", ""),)).names == {"acetaminophen"}


def test_a_code_completes_a_display_that_names_one_component() -> None:
    assert terminology().medication("oxycodone", (Coding(RXNORM, "1049221", ""),)).names == {"oxycodone", "acetaminophen"}


def test_a_corrected_spelling_is_said_and_less_sure() -> None:
    match = read("Simvistatin 10 MG")
    assert (match.corrected, match.confidence) == (("simvistatin → simvastatin",), "probable")


@pytest.mark.parametrize("word", ["ability", "program", "creator", "different", "proposal", "complete", "internal", "question"])
def test_an_ordinary_word_is_no_misspelt_brand(word: str) -> None:
    assert read(word).outcome == "not_recognized"


def test_a_misspelt_brand_is_read_where_a_strength_says_that_it_is_a_medicine() -> None:
    assert read("Singular 10 mg tablet").names == {"montelukast"}


def test_a_salt_word_alone_is_a_component_of_its_own() -> None:
    assert read("calcium + vitamin D").names == {"calcium", "cholecalciferol"}
    assert read("lisinopril / besylate").outcome == "partial"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    match = read(text)
    assert (match.outcome == "not_recognized") is (match.kinds == frozenset())


LOOK_ALIKES = [pair for file in load(HERE / "products", ProductFile) for pair in file.look_alike]


@pytest.mark.parametrize("pair", LOOK_ALIKES, ids=["-".join(pair) for pair in LOOK_ALIKES])
def test_names_that_look_alike_stay_apart(pair: tuple[str, str]) -> None:
    first, second = (read(name).names for name in pair)
    assert first != second or not first


def one_edit_away(word: str) -> set[str]:
    splits = [(word[:i], word[i:]) for i in range(1, len(word) + 1)]
    deleted = {a + b[1:] for a, b in splits if b}
    swapped = {a + b[1] + b[0] + b[2:] for a, b in splits if len(b) > 1}
    replaced = {a + c + b[1:] for (a, b), c in product(splits, ascii_lowercase) if b}
    inserted = {a + c + b for (a, b), c in product(splits, ascii_lowercase)}
    return deleted | swapped | replaced | inserted


@pytest.mark.parametrize(
    "pair", [("hydralazine", "hydroxyzine"), ("prednisone", "prednisolone"), ("clonidine", "clonazepam"), ("tramadol", "trazodone")]
)
def test_no_slip_of_one_letter_turns_a_medicine_into_its_look_alike(pair: tuple[str, str]) -> None:
    for wanted, other in (pair, pair[::-1]):
        partner = terminology().medication(other).names
        swapped = [slip for slip in one_edit_away(wanted) - {other} if read(slip).names == partner]
        assert swapped == []


def test_a_real_medicine_that_is_not_covered_is_not_turned_into_a_covered_one() -> None:
    foreign = [name for file in load(HERE / "products", ProductFile) for name in file.not_covered]
    assert {name: sorted(read(name).names) for name in foreign if read(name).names} == {}


def test_the_order_of_components_does_not_matter() -> None:
    assert read("trimethoprim / sulfamethoxazole").names == read("sulfamethoxazole / trimethoprim").names


def test_tools_answer_with_knowledge_and_outcome() -> None:
    answer = normalize_medication("Lasix 40mg")
    assert (answer.outcome, answer.ingredients[0].name, answer.ingredients[0].rxcui) == ("found", "furosemide", "4603")
    assert answer.ingredients[0].strength == {"value": "40", "unit": "mg"}
    assert "loop-diuretic" in answer.kinds
    assert [ref.id for ref in answer.knowledge] == ["clinical-drug-words", "ingredients-f"]


def test_tools_say_when_nothing_was_recognized() -> None:
    answer = normalize_medication(text="frobnicatine")
    assert (answer.outcome, answer.not_checked) == ("not_recognized", ("frobnicatine",))


def test_classes_and_ingredients_are_told_apart() -> None:
    known = terminology()
    assert known.ingredient("Tylenol") == known.ingredient("acetaminophen")
    assert known.ingredient("Entresto") is None
    assert known.kinds_of("apixaban") >= {"apixaban", "doac", "doac-xa", "anticoagulant", "bleeding-risk"}
    assert known.kinds_of("doac") >= {"doac", "anticoagulant"}
    assert known.members("doac") == ("apixaban", "dabigatran", "edoxaban", "rivaroxaban")
    assert (known.is_drug_kind("doac"), known.is_drug_kind("apixaban"), known.is_drug_kind("heart-failure")) == (True, True, False)
    assert (known.kinds_of("nothing"), known.members("nothing")) == (frozenset(), ())


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("metoprolol succinate 50 MG Extended Release Oral Tablet", "metoprolol-succinate"),
        ("Toprol XL 50 mg", "metoprolol-succinate"),
        ("metoprolol succ ER 50 mg tab", "metoprolol-succinate"),
        ("metoprolol tartrate 50 MG Oral Tablet", "metoprolol-tartrate"),
        ("Lopressor 50 mg", "metoprolol-tartrate"),
    ],
)
def test_the_salt_of_metoprolol_is_told_by_name_and_release(text: str, kind: str) -> None:
    read = terminology().medication(text)
    assert (read.outcome, read.kinds & {"metoprolol-succinate", "metoprolol-tartrate"}) == ("recognized", {kind})


def test_a_metoprolol_without_salt_is_neither() -> None:
    assert terminology().medication("metoprolol 50 mg").kinds.isdisjoint({"metoprolol-succinate", "metoprolol-tartrate"})


@pytest.mark.parametrize(
    ("text", "strengths"),
    [
        ("Janumet 50-1000 mg", (("sitagliptin", "50 mg"), ("metformin", "1000 mg"))),
        ("HYDROcodone-acetaminophen 5-325 MG per tablet", (("hydrocodone", "5 mg"), ("acetaminophen", "325 mg"))),
        ("trimethoprim-sulfamethoxazole 160-800 mg tablet", (("trimethoprim", "160 mg"), ("sulfamethoxazole", "800 mg"))),
        ("lisinopril/hctz 20/12.5 mg", (("lisinopril", "20 mg"), ("hydrochlorothiazide", "12.5 mg"))),
        ("Trijardy XR 10-5-1000 mg", (("empagliflozin", "10 mg"), ("linagliptin", "5 mg"), ("metformin", "1000 mg"))),
    ],
)
def test_strengths_in_a_row_belong_to_the_names_in_their_order(text: str, strengths: tuple[tuple[str, str], ...]) -> None:
    assert terminology().medication(text).strengths == tuple((name, Quantity.parse(amount)) for name, amount in strengths)


@pytest.mark.parametrize(
    "text",
    [
        "losartan 50-100 mg",
        "Augmentin 250-62.5 mg/5 mL",
        "norethindrone-ethinyl estradiol 1-20 mg-mcg",
        "Janumet 50-1000",
        "Trijardy XR 10-1000 mg",
    ],
)
def test_numbers_in_a_row_that_cannot_be_told_apart_are_no_strengths(text: str) -> None:
    assert terminology().medication(text).strengths == ()
