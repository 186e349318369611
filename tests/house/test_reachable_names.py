"""A rule that waits for a name that no record sets never speaks: every such name is known, and has its reason."""

from __future__ import annotations

import pytest

from agent.reach import page, unset
from agent.reach.report import left
from agent.reach.settable import Settable, settable
from tools.clinical.clause import Clause

UNSET = unset()
CAN = settable()


def test_a_name_that_nothing_sets_has_a_reason() -> None:
    assert [f"{each.name}: needed by {', '.join((*each.never, *each.narrowed))}" for each in UNSET if not each.why] == []


def test_a_reason_belongs_to_a_name_that_nothing_sets() -> None:
    assert sorted(set(left()) - {each.name for each in UNSET}) == []


@pytest.mark.parametrize(
    ("word", "name", "in_guidelines", "elsewhere"),
    [
        ("has", "type-2-diabetes", True, True),  # a code
        ("has", "diabetes", True, True),  # a code below it
        ("has", "asthma-needs-more", True, False),  # a definition
        ("has", "myocardial-infarction-recent", True, True),  # a recent event, for every check
        ("has", "gout-flare-now", True, False),  # a recent event, for the modules
        ("has", "planned-surgery", True, True),  # an order
        ("has", "wants-to-drink-less", False, False),  # nothing
        ("measured", "age", True, True),
        ("measured", "egfr", True, True),  # a code, and a formula
        ("measured", "creatinine-clearance", True, True),  # a formula
        ("measured", "gout-flares-ever", False, False),  # nothing
        ("takes", "metformin", True, True),
        ("takes", "ssri", True, True),  # a class with members
        ("takes", "no-such-medicine", False, False),
    ],
)
def test_what_sets_a_name(word: str, name: str, in_guidelines: bool, elsewhere: bool) -> None:
    assert (CAN.names(word, name, True), CAN.names(word, name, False)) == (in_guidelines, elsewhere)


def test_a_condition_can_hold_where_enough_of_its_parts_can() -> None:
    known = Settable(problems={"a", "b"})
    a, b, dead = Clause(has="a"), Clause(has="b"), Clause(has="dead")
    assert known.can_hold((a, b), guidelines=False)
    assert not known.can_hold((a, dead), guidelines=False)
    assert known.can_hold((Clause(any_of=(dead, b)),), guidelines=False)
    assert known.can_hold((Clause(none_of=(dead,)),), guidelines=False)
    assert known.can_hold((Clause(at_least=2, of=(a, b, dead)),), guidelines=False)
    assert not known.can_hold((Clause(at_least=3, of=(a, b, dead)),), guidelines=False)


def test_the_page_names_rules_that_never_speak_and_rules_that_speak_without_it() -> None:
    head, *rows = page(UNSET).splitlines()
    assert head.split("\t") == ["asked", "name", "never speak", "speak without it", "left because"]
    assert len(rows) == len(UNSET)
    assert all(each.never or each.narrowed for each in UNSET)
