"""What holds for every regimen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, Ingredient, MedicationUse
from tools.interactions import check_regimen, documents, vocabulary
from tools.terminology import terminology

NOBODY = Facts(date(2026, 11, 25))
NAMES = sorted(name for kind in vocabulary().kinds for name in (terminology().members(kind) or (kind,)))
REPLACES = {entry.id: frozenset(entry.replaces) for file in documents() for entry in file.combination}
PAIRS = frozenset(rule.id for file in documents() for rule in file.rule)
regimens = st.lists(st.sampled_from(NAMES), min_size=2, max_size=10, unique=True)


def use(name: str) -> MedicationUse:
    return MedicationUse(f"MedicationRequest/{name}", name, (Ingredient(name),), terminology().kinds_of(name))


def issues(names: Iterable[str]) -> tuple[Issue, ...]:
    uses = tuple(map(use, names))
    return check_regimen(uses, Facts(NOBODY.as_of, medications=uses)).issues


@settings(max_examples=150, deadline=None)
@given(regimens, st.randoms())
def test_the_order_of_medicines_never_changes_an_answer(names: list[str], chance: object) -> None:
    shuffled = sorted(names, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert issues(shuffled) == issues(names)


@settings(max_examples=150, deadline=None)
@given(regimens, st.sampled_from(NAMES))
def test_one_more_medicine_never_removes_an_issue_but_by_a_rule_that_says_so(names: list[str], one_more: str) -> None:
    after = issues([*names, one_more])
    pairs = {issue.medications for issue in after if issue.rule.id in PAIRS}
    combinations = {issue.rule.id for issue in after if issue.rule.id in REPLACES}
    replaced = frozenset().union(*(REPLACES[name] for name in combinations))
    for issue in issues(names):
        if issue.rule.id in PAIRS:
            assert issue.medications in pairs
        else:
            assert issue.rule.id in combinations | replaced


@settings(max_examples=150, deadline=None)
@given(regimens)
def test_a_pair_has_one_issue_at_most(names: list[str]) -> None:
    pairs = [frozenset(issue.medications) for issue in issues(names) if issue.rule.id in PAIRS]
    assert len(pairs) == len(set(pairs))


@settings(max_examples=150, deadline=None)
@given(regimens)
def test_what_is_suppressed_has_a_reason_and_does_not_interrupt(names: list[str]) -> None:
    assert not [issue for issue in issues(names) if issue.suppressed and issue.interruptive]
