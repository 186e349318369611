"""However long a text is, it is read in one pass: a regress is a test that does not end."""

from __future__ import annotations

import pytest

from tools.terminology import normalize_medication

LONG = {
    "one word": "x" * 200_000,
    "one name again and again": "warfarin" * 25_000,
    "brackets that open": "[a" * 100_000,
    "brackets that open and close": "[]" * 100_000,
    "parentheses that open": "(abc" * 50_000,
    "digits": "1" * 200_000 + "_",
    "strengths": "1 mg/" * 40_000,
    "parts": " and " * 40_000,
}


@pytest.mark.parametrize("what", LONG)
def test_a_text_of_two_hundred_thousand_letters_is_read_to_its_end(what: str) -> None:
    assert normalize_medication(LONG[what]).ingredients == ()


def test_a_strength_that_is_joined_to_its_name_is_read() -> None:
    joined = normalize_medication("warfarin5mg")
    assert [ingredient.name for ingredient in joined.ingredients] == ["warfarin"]
