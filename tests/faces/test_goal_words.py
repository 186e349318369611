"""Goals as they are read."""

from __future__ import annotations

import pytest

from agent.faces.phrases import goal_words
from tools.clinical.plan import Goal


@pytest.mark.parametrize(
    ("observable", "target", "words"),
    [
        ("systolic-bp", "100 to 130 mm[Hg]", "systolic BP 100 to 130 mmHg"),
        ("act", ">=20 {score}", "ACT >=20"),
        ("exacerbations-12mo", "0 {count}", "exacerbations in 12 months 0"),
    ],
)
def test_a_goal_is_read_without_the_names_of_files(observable: str, target: str, words: str) -> None:
    assert goal_words(Goal(observable=observable, target=target)) == words
