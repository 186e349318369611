"""Edit distance and its guard."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.terminology.spelling import Speller, distance

WORDS = st.text(alphabet="abcde", max_size=8)


@pytest.mark.parametrize(
    ("a", "b", "edits"),
    [
        ("", "", 0),
        ("abc", "abc", 0),
        ("abc", "abd", 1),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("abc", "abcd", 1),
        ("abcd", "badc", 2),
        ("abc", "xyz", 3),
    ],
)
def test_edits_are_counted(a: str, b: str, edits: int) -> None:
    assert distance(a, b, 5) == edits


def plainly(a: str, b: str) -> int:
    """The whole table, without band or limit."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(b) + 1)] for i in range(len(a) + 1)]
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + (a[i - 1] != b[j - 1]))
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(WORDS, WORDS, st.integers(0, 4))
def test_the_band_counts_as_the_whole_table_does(a: str, b: str, limit: int) -> None:
    assert distance(a, b, limit) == min(plainly(a, b), limit + 1)


@given(WORDS, WORDS)
def test_distance_is_the_same_both_ways(a: str, b: str) -> None:
    assert distance(a, b, 3) == distance(b, a, 3)


def test_one_edit_in_a_long_name_is_corrected() -> None:
    assert Speller({"lisinopril": 1}).nearest("lisinipril") == "lisinopril"


def test_three_edits_are_too_many() -> None:
    assert Speller({"lisinopril": 1}).nearest("lasanapril") is None


def test_two_edits_in_a_short_name_are_too_many() -> None:
    assert Speller({"lasix": 1}).nearest("lssxx") is None


def test_the_first_letter_must_be_right() -> None:
    assert Speller({"lisinopril": 1}).nearest("kisinopril") is None


def test_between_two_names_nothing_is_corrected() -> None:
    assert Speller({"prednisone": 1, "prednisolone": 2}).nearest("prednisolne") is None


def test_between_two_names_for_the_same_thing_it_is() -> None:
    assert Speller({"cefalexin": 1, "cephalexin": 1}).nearest("cefalexine") == "cefalexin"


def test_a_name_known_to_be_confused_may_have_one_letter_wrong_but_not_two() -> None:
    speller = Speller({"hydralazine": 1}, frozenset({"hydralazine"}))
    assert speller.nearest("hydralizine") == "hydralazine"
    assert speller.nearest("hydrolizine") is None
