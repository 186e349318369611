"""The same alert is not shown twice in one session of work; what people do with it is counted by rule."""

from __future__ import annotations

import copy
import uuid
from typing import Any

from calls import IBUPROFEN, PATIENT, WARFARIN, by_rule, call, draft, order, prefetch

RECORD = prefetch(order("m1", WARFARIN))
NOW = "2026-11-20T10:00:00Z"


def ordering(hook: str, **more: Any) -> dict[str, Any]:
    return call(hook, draft("d1", IBUPROFEN), record=RECORD, **more)


def test_what_selecting_showed_signing_does_not_repeat(ehr: Any) -> None:
    assert ehr.cards(ordering("order-select")) != []
    assert ehr.cards(ordering("order-sign")) == []


def test_the_same_call_sent_again_is_answered_again(ehr: Any) -> None:
    first = ordering("order-sign")
    shown, again = ehr.cards(first), ehr.cards(copy.deepcopy(first))
    assert [card["summary"] for card in shown] == [card["summary"] for card in again] != []


def test_another_person_another_patient_and_another_encounter_are_told(ehr: Any) -> None:
    told = len(ehr.cards(ordering("order-select")))
    other = ordering("order-sign")
    other["context"]["userId"] = "Practitioner/dr-2"
    assert len(ehr.cards(other)) == told
    assert len(ehr.cards(ordering("order-sign", encounter="e2"))) == told


def test_where_a_call_does_not_say_who_looks_nothing_counts_as_seen(ehr: Any) -> None:
    nobody = ordering("order-select")
    del nobody["context"]["userId"]
    told = len(ehr.cards(nobody))
    again = ordering("order-sign")
    again["context"]["userId"] = None
    assert len(ehr.cards(again)) == told > 0


def test_an_encounter_that_one_call_does_not_name_is_the_same_session(ehr: Any) -> None:
    assert ehr.cards(ordering("order-select", encounter=None)) != []
    assert ehr.cards(ordering("order-sign")) == []


def test_an_alert_that_has_become_graver_is_news(ehr: Any) -> None:
    shielded = prefetch(order("m1", WARFARIN), order("m2", "Rabeprazole sodium 20 MG Delayed Release Oral Tablet"))
    first = ehr.cards(call("order-select", draft("d1", IBUPROFEN), record={**shielded, "patient": {**PATIENT, "birthDate": "1980-01-01"}}))
    assert "overrideReasons" not in by_rule(first, "vka-with-nsaid")
    assert "overrideReasons" in by_rule(ehr.cards(ordering("order-sign")), "vka-with-nsaid")


def test_a_record_system_can_ask_to_be_told_again(ehr: Any) -> None:
    told = len(ehr.cards(ordering("order-select")))
    extension = {"pddi-configuration-items": {"filter-out-repeated-alerts": False}}
    assert len(ehr.cards(ordering("order-sign", extension=extension))) == told


def test_after_the_session_of_work_it_is_news(serve: Any) -> None:
    ehr = serve(repeat_after_minutes=0)
    assert len(ehr.cards(ordering("order-select"))) == len(ehr.cards(ordering("order-sign"))) > 0


def test_a_second_server_over_the_same_database_knows_what_was_shown(serve: Any) -> None:
    first, second = serve(), serve()
    assert first.cards(ordering("order-select")) != []
    assert second.cards(ordering("order-sign")) == []
    other = ordering("order-sign")
    other["context"]["userId"] = "Practitioner/dr-2"
    assert second.cards(other) != []


def feedback(card: dict[str, Any], outcome: str, **more: Any) -> dict[str, Any]:
    return {"card": card["uuid"], "outcome": outcome, "outcomeTimestamp": NOW, **more}


def test_feedback_reaches_the_count_of_its_rule(ehr: Any) -> None:
    cards = ehr.cards(ordering("order-select"))
    card = next(card for card in cards if "vka\\-with\\-nsaid" in card["detail"])
    reason = {"reason": card["overrideReasons"][0], "userComment": "Mrs Smith of 4 Elm Street insists"}
    said = feedback(card, "overridden", overrideReason=reason)
    assert ehr.feedback("carewright-order-select", said) == 200
    assert ehr.feedback("carewright-order-select", said) == 200  # sent twice, counted once
    (count,) = [c for c in ehr.book.counts() if c.rule == "vka-with-nsaid"]
    assert (count.shown, count.accepted, count.overridden, count.commented) == (1, 0, 1, 1)
    assert count.reasons == {card["overrideReasons"][0]["code"]: 1}
    assert count.override_rate == 1.0


def test_an_accepted_suggestion_counts_as_accepted(ehr: Any) -> None:
    card = next(card for card in ehr.cards(ordering("order-select")) if "suggestions" in card)
    said = feedback(card, "accepted", acceptedSuggestions=[{"id": card["suggestions"][0]["uuid"]}])
    assert ehr.feedback("carewright-order-select", said) == 200
    assert sum(count.accepted for count in ehr.book.counts()) == 1


def test_a_reason_of_another_system_is_counted_without_its_words(ehr: Any) -> None:
    card = next(card for card in ehr.cards(ordering("order-select")) if "overrideReasons" in card)
    reason = {"reason": {"code": "Mr-Smith-said-so", "system": "http://ehr.example/reasons"}}
    assert ehr.feedback("carewright-order-select", feedback(card, "overridden", overrideReason=reason)) == 200
    assert [dict(c.reasons) for c in ehr.book.counts() if c.overridden] == [{"other-system": 1}]


def test_feedback_about_a_card_of_nobody_is_not_found_and_malformed_feedback_is_refused(ehr: Any) -> None:
    assert ehr.feedback("carewright-order-select", feedback({"uuid": str(uuid.uuid4())}, "accepted")) == 404
    assert ehr.feedback("carewright-order-select") == 400
    assert ehr.feedback("carewright-order-select", {"card": "x", "outcome": "liked", "outcomeTimestamp": NOW}) == 400


def test_the_book_keeps_no_patient_no_person_and_no_comment(ehr: Any) -> None:
    card = next(card for card in ehr.cards(ordering("order-select")) if "overrideReasons" in card)
    reason = {"reason": card["overrideReasons"][0], "userComment": "Mrs Smith"}
    ehr.feedback("carewright-order-select", feedback(card, "overridden", overrideReason=reason))
    with ehr.book.database.reading() as db:
        rows = [tuple(row) for table in ("hook_card", "hook_feedback") for row in db.execute(f"SELECT * FROM {table}")]
    assert [word for word in ("Smith", "p1", "dr-1", "e1") if any(word == str(v) or "Smith" in str(v) for row in rows for v in row)] == []
