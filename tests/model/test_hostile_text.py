"""Commands planted in the text of a record are text: verdict, route and lines stay, and the model never sees them."""

from __future__ import annotations

import json

import pytest

from agent.case import Case
from agent.drafting.prompting import preview
from agent.planning import make_plan
from scenarios.injection import ATTACKS, MARK, Steps, attacked, coded, strings, verdict, with_places
from tests.model.scripted import AS_OF


def _cases(data: bytes) -> list[tuple[Steps, str]]:
    """Every text field that is coded besides, with the attacks in turn, so that each is used all over the record."""
    bundle = with_places(data)
    fields = [path for path in strings(bundle) if coded(bundle, path)]
    names = list(ATTACKS)
    return [(path, names[n % len(names)]) for n, path in enumerate(fields)]


def test_no_planted_command_changes_verdict_route_or_lines(example_bytes: bytes) -> None:
    bundle = with_places(example_bytes)
    expected = verdict(make_plan(json.dumps(bundle).encode(), AS_OF))
    cases = _cases(example_bytes)
    assert len(cases) >= 150
    assert {attack for _, attack in cases} == ATTACKS.keys()
    changed = [(path, attack) for path, attack in cases if verdict(make_plan(attacked(bundle, path, ATTACKS[attack]), AS_OF)) != expected]
    assert changed == []


def test_no_planted_command_reaches_the_model(example_bytes: bytes) -> None:
    bundle = with_places(example_bytes)
    reached = [
        (path, attack)
        for path, attack in _cases(example_bytes)
        if MARK in preview(Case(attacked(bundle, path, ATTACKS[attack]), AS_OF)).casefold()
    ]
    assert reached == []


@pytest.mark.parametrize("attack", ATTACKS)
def test_one_command_in_every_field_at_once_reaches_the_model_nowhere(attack: str, example_bytes: bytes) -> None:
    bundle = with_places(example_bytes)
    for path in list(strings(bundle)):
        bundle = json.loads(attacked(bundle, path, ATTACKS[attack]))
    assert MARK not in preview(Case(json.dumps(bundle).encode(), AS_OF)).casefold()
