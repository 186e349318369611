"""Commands planted in the records of stories change nothing, and a change would be seen."""

from __future__ import annotations

from datetime import date

import msgspec
import orjson

from agent.planning import make_plan
from scenarios.builders import bundle, condition, medication, patient
from scenarios.injection import ATTACKS, Planted, attempts_on, coded, resistance, strings, verdict, with_places
from scenarios.story import stories, tellings

DAY = date(2026, 11, 1)


def test_no_planted_command_changes_a_plan_of_fifteen_stories() -> None:
    told = [tellings(story)[0] for story in stories()[::8]][:15]
    found = [one for number, telling in enumerate(told) for one in attempts_on(telling.name, telling.bundle, telling.as_of, first=number)]
    assert len(found) >= 150
    assert {one.attack for one in found} == ATTACKS.keys()
    assert [one for one in found if not one.unchanged] == []


def test_a_line_less_is_another_verdict() -> None:
    telling = tellings(stories()[0])[0]
    plan = make_plan(telling.bundle, telling.as_of)
    assert plan.items
    assert verdict(msgspec.structs.replace(plan, items=plan.items[1:])) != verdict(plan)


def test_a_text_that_is_all_there_is_of_a_medicine_is_left_out_and_its_note_is_not() -> None:
    bare = with_places(
        orjson.dumps(bundle(patient(age=50, as_of=DAY), condition("hypertension"), medication("lisinopril 10 MG Oral Tablet")))
    )
    places = {path[-1 if path[-1] != "text" else -2] for path in strings(bare) if coded(bare, path)}
    kept = [path for path in strings(bare) if coded(bare, path)]
    assert "medicationCodeableConcept" not in places
    assert [path for path in kept if path[-3:] == ("note", 0, "text")]


def test_what_changed_is_listed_with_its_place() -> None:
    found = [Planted("a", "entry.0", "direct", unchanged=True), Planted("b", "entry.1", "direct", unchanged=False)]
    share, table, changed = resistance(found)
    assert (share.met, share.asked) == (1, 2)
    assert table[1][0] == ("direct", str(share))
    assert changed[1] == [("b", "entry.1", "direct")]
