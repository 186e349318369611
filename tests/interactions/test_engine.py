"""How rules on a pair become one issue, and what a change of circumstances does."""

from __future__ import annotations

from msgspec.structs import replace
from regimens import check, combination, index_of, patient, rule, said, use

from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Ingredient, MedicationUse


def test_a_pair_of_classes_gives_one_issue_with_names_of_ingredients() -> None:
    (issue,) = check(index_of(rule("ssri", "nsaid")), use("sertraline", "ssri"), use("ibuprofen", "nsaid"))
    assert issue.participants == ("sertraline", "ibuprofen")
    assert issue.medications == ("MedicationRequest/sertraline", "MedicationRequest/ibuprofen")
    assert (issue.code, issue.severity, issue.indicator, issue.interruptive) == ("DRG", "major", "warning", True)
    assert issue.rule == KnowledgeRef("ssri-with-nsaid", "1.2.3")
    assert [citation.title for citation in issue.evidence] == ["Book"]


def test_of_two_rules_of_one_severity_the_more_specific_speaks_and_the_other_is_merged_in() -> None:
    broad = rule("ssri", "nsaid")
    narrow = rule("sertraline", "nsaid", level="ingredient-class")
    (issue,) = check(index_of(broad, narrow), use("sertraline", "ssri"), use("ibuprofen", "nsaid"))
    assert issue.rule.id == "sertraline-with-nsaid"
    assert issue.consequence == "harm of sertraline with nsaid. harm of ssri with nsaid."


def test_a_milder_specific_rule_does_not_hide_a_graver_broad_one() -> None:
    index = index_of(rule("ssri", "nsaid", "contraindicated"), rule("sertraline", "nsaid", "minor", level="ingredient-class"))
    assert said(*check(index, use("sertraline", "ssri"), use("ibuprofen", "nsaid"))) == [("ssri-with-nsaid", "contraindicated")]


def test_unless_the_specific_rule_says_that_it_settles_the_pair() -> None:
    index = index_of(
        rule("ssri", "nsaid", "contraindicated"), rule("sertraline", "nsaid", "moderate", level="ingredient-class", settles=True)
    )
    assert said(*check(index, use("sertraline", "ssri"), use("ibuprofen", "nsaid"))) == [("sertraline-with-nsaid", "moderate")]


def test_what_a_milder_rule_lacks_is_missing_only_if_it_could_make_the_pair_graver() -> None:
    asks = {"when": [{"measured": "qtc", "at_least": "500 ms"}]}
    for to, missing in (("moderate", ()), ("contraindicated", ("qtc",))):
        index = index_of(rule("a", "b", "major"), rule("a2", "b", "minor", changes=[{"to": to, **asks}]))
        (issue,) = check(index, use("a", "a2"), use("b"))
        assert (issue.rule.id, issue.missing) == ("a-with-b", missing)


def test_an_intended_rule_does_not_hide_another_on_the_same_pair() -> None:
    index = index_of(rule("a", "b", intended=[{"has": "x"}]), rule("a2", "b", "moderate"))
    uses = use("a", "a2"), use("b")
    (issue,) = check(index, *uses, facts=patient(*uses, has=("x",)))
    assert (issue.rule.id, issue.suppressed) == ("a2-with-b", "")


def test_a_fallback_speaks_only_where_nothing_else_is_about_the_pair() -> None:
    fallback = rule("substrate", "inhibitor", "contraindicated", fallback=True)
    index = index_of(fallback, rule("simvastatin", "inhibitor", "moderate", level="ingredient-class"))
    inhibitor = use("clarithromycin", "inhibitor")
    assert said(*check(index, use("simvastatin", "substrate"), inhibitor)) == [("simvastatin-with-inhibitor", "moderate")]
    assert said(*check(index, use("buspirone", "substrate"), inhibitor)) == [("substrate-with-inhibitor", "contraindicated")]


def test_a_medicine_does_not_interact_with_itself_in_two_orders() -> None:
    index = index_of(rule("qt-known", "qt-known", id="qt-twice"), rule("methadone", "qt-known", level="ingredient-class"))
    again = MedicationUse("MedicationRequest/second", "methadone", (Ingredient("methadone"),), frozenset({"methadone", "qt-known"}))
    assert check(index, use("methadone", "qt-known"), again) == ()


def test_the_components_of_one_order_do_not_interact_with_each_other() -> None:
    one, other = (
        MedicationUse("MedicationRequest/both", name, (Ingredient(name),), frozenset({name})) for name in ("sacubitril", "valsartan")
    )
    assert check(index_of(rule("valsartan", "sacubitril")), one, other) == ()


def test_a_product_is_no_duplicate_of_its_own_component() -> None:
    index = index_of(rule("thiazide", "thiazide", id="thiazide-twice"))
    both = MedicationUse(
        "MedicationRequest/both", "both", (Ingredient("lisinopril"), Ingredient("hctz")), frozenset({"lisinopril", "hctz", "thiazide"})
    )
    assert check(index, both, use("hctz", "thiazide")) == ()
    assert len(check(index, both, use("chlorthalidone", "thiazide"))) == 1


def test_kinds_left_out_of_a_side_are_not_meant() -> None:
    index = index_of(rule("macrolide", "statin", except_first=["azithromycin"]))
    assert check(index, use("azithromycin", "macrolide"), use("simvastatin", "statin")) == ()
    assert len(check(index, use("clarithromycin", "macrolide"), use("simvastatin", "statin"))) == 1


def test_an_order_that_is_over_is_not_screened() -> None:
    assert check(index_of(rule("a", "b")), use("a", currency="old"), use("b")) == ()


CHANGES = [
    {"to": "contraindicated", "when": [{"measured": "serum-potassium", "at_least": "5.5 mmol/L"}]},
    {"to": "moderate", "when": [{"daily_dose": "a", "at_most": "20 mg/d"}]},
]


def test_a_raising_circumstance_raises_and_names_the_value_that_bears_it() -> None:
    uses = use("a", daily="40 mg/d"), use("b")
    (issue,) = check(index_of(rule("a", "b", changes=CHANGES)), *uses, facts=patient(*uses, labs={"serum-potassium": "5.5 mmol/L"}))
    assert (issue.severity, issue.indicator) == ("contraindicated", "critical")
    assert issue.facts == ("MedicationRequest/a", "MedicationRequest/b", "Observation/serum-potassium")
    assert issue.missing == ()


def test_the_circumstance_is_told_to_the_reader() -> None:
    raised = [{**change, "because": f"because of {change['to']}"} for change in CHANGES]
    index = index_of(rule("a", "b", changes=raised), rule("a2", "b", "minor"), rule("a3", "b", "moderate"))
    uses = use("a", "a2", "a3", daily="20 mg/d"), use("b")
    told = "harm of a with b. harm of a3 with b. Graver here: because of contraindicated."
    assert [i.consequence for i in check(index, *uses, facts=patient(*uses, labs={"serum-potassium": "6 mmol/L"}))] == [told]
    assert [i.consequence.rpartition(". ")[2] for i in check(index, *uses)] == ["Milder here: because of moderate."]


def test_a_lowering_circumstance_lowers_and_the_unknown_one_is_named() -> None:
    (issue,) = check(index_of(rule("a", "b", changes=CHANGES)), use("a", daily="20 mg/d"), use("b"))
    assert (issue.severity, issue.interruptive, issue.missing) == ("moderate", False, ("serum-potassium",))


def test_raising_wins_over_lowering() -> None:
    uses = use("a", daily="20 mg/d"), use("b")
    (issue,) = check(index_of(rule("a", "b", changes=CHANGES)), *uses, facts=patient(*uses, labs={"serum-potassium": "5.6 mmol/L"}))
    assert issue.severity == "contraindicated"


def test_what_cannot_be_told_neither_raises_nor_lowers() -> None:
    (issue,) = check(index_of(rule("a", "b", changes=CHANGES)), use("a"), use("b"))
    assert (issue.severity, issue.missing) == ("major", ("serum-potassium", "daily dose of a"))


def test_a_potassium_in_another_unit_is_read_the_same() -> None:
    uses = use("a"), use("b")
    (issue,) = check(index_of(rule("a", "b", changes=CHANGES)), *uses, facts=patient(*uses, labs={"serum-potassium": "0.0055 mol/L"}))
    assert issue.severity == "contraindicated"


def test_a_clause_on_a_medicine_looks_first_at_the_pair_then_at_the_list() -> None:
    changes = [{"to": "contraindicated", "when": [{"route": "statin", "is": "intravenous"}]}, {"to": "minor", "when": [{"takes": "ppi"}]}]
    index = index_of(rule("statin", "b", changes=changes))
    uses = use("x", "statin", route="oral"), use("b"), use("y", "statin", route="intravenous"), use("omeprazole", "ppi")
    found = {issue.participants[0]: issue.severity for issue in check(index, *uses)}
    assert found == {"x": "minor", "y": "contraindicated"}


def test_the_order_of_third_medicines_does_not_show() -> None:
    index = index_of(rule("a", "b", changes=[{"to": "contraindicated", "when": [{"takes": "nsaid"}]}]))
    uses = [use("a"), use("b"), use("x", "nsaid"), use("y", "nsaid")]
    assert check(index, *uses) == check(index, *reversed(uses))


def test_a_change_for_some_members_leaves_the_others_alone() -> None:
    index = index_of(rule("ssri", "b", "moderate", changes=[{"to": "major", "with": ["fluoxetine"], "without": ["b2"]}]))
    assert [i.severity for i in check(index, use("fluoxetine", "ssri"), use("b"))] == ["major"]
    assert [i.severity for i in check(index, use("sertraline", "ssri"), use("b"))] == ["moderate"]
    assert [i.severity for i in check(index, use("fluoxetine", "ssri"), use("b", "b2"))] == ["moderate"]


def test_what_the_plan_is_about_to_start_counts_where_its_absence_is_asked_for() -> None:
    changes = [{"to": "minor", "when": [{"none_of": [{"takes": "nsaid"}]}]}]
    uses = use("a"), use("b")
    about_to = replace(patient(*uses), started=frozenset({"nsaid"}))
    assert [i.severity for i in check(index_of(rule("a", "b", changes=changes)), *uses)] == ["minor"]
    assert [i.severity for i in check(index_of(rule("a", "b", changes=changes)), *uses, facts=about_to)] == ["major"]


def test_an_unsure_rule_never_interrupts() -> None:
    (issue,) = check(index_of(rule("a", "b", "contraindicated", confidence="unsure")), use("a"), use("b"))
    assert (issue.severity, issue.interruptive, issue.indicator) == ("contraindicated", False, "warning")


def test_the_tier_may_differ_from_the_usual_one_of_the_severity() -> None:
    changes = [{"to": "major", "tier": "interruptive", "when": [{"has": "frailty"}]}]
    index = index_of(rule("a", "b", tier="inline", changes=changes))
    uses = use("a"), use("b")
    assert [i.interruptive for i in check(index, *uses)] == [False]
    assert [i.interruptive for i in check(index, *uses, facts=patient(*uses, has=("frailty",)))] == [True]


TRIPLE = combination("whammy", all_of=["ras", "diuretic", "nsaid"])


def test_a_combination_needs_all_its_kinds() -> None:
    index = index_of(combinations=(TRIPLE,))
    ras, diuretic, nsaid = use("lisinopril", "ras"), use("hctz", "diuretic"), use("ibuprofen", "nsaid")
    assert check(index, ras, diuretic) == ()
    (issue,) = check(index, ras, diuretic, nsaid)
    assert (issue.rule.id, issue.participants) == ("whammy", ("hctz", "ibuprofen", "lisinopril"))


def test_a_product_with_two_ingredients_may_stand_for_two_kinds() -> None:
    both = MedicationUse(
        "MedicationRequest/both",
        "both",
        (Ingredient("lisinopril"), Ingredient("hctz")),
        frozenset({"lisinopril", "hctz", "ras", "diuretic"}),
    )
    assert len(check(index_of(combinations=(TRIPLE,)), both, use("ibuprofen", "nsaid"))) == 1


def test_one_ingredient_of_two_kinds_does_not_stand_for_both() -> None:
    assert check(index_of(combinations=(TRIPLE,)), use("wonder", "ras", "diuretic"), use("ibuprofen", "nsaid")) == ()


def test_two_orders_of_one_ingredient_count_once() -> None:
    index = index_of(combinations=(combination("count", count={"at_least": 2, "of": ["serotonergic"]}),))
    again = MedicationUse("MedicationRequest/second", "sertraline", (Ingredient("sertraline"),), frozenset({"serotonergic"}))
    assert check(index, use("sertraline", "serotonergic"), again) == ()
    assert len(check(index, use("sertraline", "serotonergic"), use("tramadol", "serotonergic"))) == 1


def test_kinds_counted_once_each_are_not_counted_by_medicines() -> None:
    index = index_of(combinations=(combination("potassium", count={"at_least": 2, "of": ["ras", "nsaid"], "once_each": True}),))
    assert check(index, use("lisinopril", "ras"), use("losartan", "ras")) == ()
    assert len(check(index, use("lisinopril", "ras"), use("ibuprofen", "nsaid"))) == 1


def test_a_combination_replaces_the_ones_it_names() -> None:
    few, many = (
        combination("few", count={"at_least": 2, "of": ["x"]}),
        combination("many", count={"at_least": 3, "of": ["x"]}, replaces=["few"]),
    )
    index = index_of(combinations=(few, many))
    assert [i.rule.id for i in check(index, use("a", "x"), use("b", "x"))] == ["few"]
    assert [i.rule.id for i in check(index, use("a", "x"), use("b", "x"), use("c", "x"))] == ["many"]


def test_a_combination_of_two_is_not_said_beside_the_rule_on_the_pair() -> None:
    index = index_of(rule("a", "b"), combinations=(combination("two", count={"at_least": 2, "of": ["x"]}),))
    assert [i.rule.id for i in check(index, use("a", "x"), use("b", "x"))] == ["a-with-b"]


def test_a_combination_with_a_condition_is_silent_where_that_cannot_be_told() -> None:
    index = index_of(
        combinations=(combination("two", count={"at_least": 1, "of": ["x"]}, when=[{"measured": "qtc", "at_least": "500 ms"}]),)
    )
    assert check(index, use("a", "x")) == ()
    assert len(check(index, use("a", "x"), facts=patient(use("a", "x"), labs={"qtc": "500 ms"}))) == 1
