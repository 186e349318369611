"""How the sentences of a rule speak of the medicines that are taken."""

from __future__ import annotations

from regimens import check, index_of, rule, use

from tools.interactions import documents, explain
from tools.interactions.wording import misplaced, worded


def test_a_rule_on_classes_names_the_medicines_of_the_patient() -> None:
    spoken = {**rule("ssri", "nsaid"), "consequence": "{2} can cause bleeding.", "action": "Stop {2}; {1} may go on."}
    (issue,) = check(index_of(spoken), use("ibuprofen", "nsaid"), use("sertraline", "ssri"))
    assert (issue.consequence, issue.action) == ("Ibuprofen can cause bleeding.", "Stop ibuprofen; sertraline may go on.")


def test_each_rule_beside_the_speaker_names_its_own_sides() -> None:
    first = {**rule("ssri", "nsaid", "contraindicated"), "consequence": "{1} is said."}
    second = {**rule("nsaid", "ssri"), "consequence": "{1} is said as well."}
    (issue,) = check(index_of(first, second), use("ibuprofen", "nsaid"), use("sertraline", "ssri"))
    assert issue.consequence == "Sertraline is said. Ibuprofen is said as well."


def test_names_are_read_as_words() -> None:
    assert worded("stop {1}", (("insulin-glargine",),)) == "Stop insulin glargine."
    assert worded("{1} is drunk", (("alcohol-class",),)) == "Alcohol is drunk."
    assert worded("{1} holds two", (("carbidopa", "levodopa"),)) == "Carbidopa and levodopa holds two."


def test_a_third_place_is_a_fault() -> None:
    assert misplaced("{1} with {2}", 2) == []
    assert misplaced("{1} with {3}", 2) == ["3"]
    assert misplaced("{1}", 0) == ["1"]


def test_a_rule_is_explained_with_the_names_of_its_sides() -> None:
    told = explain("vka-with-nsaid")
    assert told.action.startswith("Avoid nsaid;")


def test_every_text_is_a_whole_sentence() -> None:
    statements = [entry for file in documents() for entry in file.statements()]
    texts = [text for s in statements for text in (s.consequence, s.action, *(c.action for c in s.changes if c.action))]
    assert [text for text in texts if not text.endswith(".") or not (text[0].isupper() or text[0] == "{") or len(text.split()) < 2] == []
