"""What a sentence may say: the words, the numbers and the denials of its sources, and nothing beside."""

from __future__ import annotations

import pytest

from agent.checking.wording import sentences, unsupported

SOURCES = (
    "Metformin 500 mg is reduced because eGFR is 37.4 mL/min.",
    "Potassium is 5.6 mmol/L.",
    "Spironolactone was not stopped.",
)


@pytest.mark.parametrize(
    "sentence",
    [
        "Metformin is reduced because eGFR is 37.4 mL/min.",
        "This patient has an eGFR of 37.40 mL/min, so metformin is reduced.",
        "Potassium is 5.6 mmol/L.",
        "Spironolactone was not stopped.",
    ],
)
def test_a_sentence_of_the_sources_own_words_stands(sentence: str) -> None:
    assert unsupported(sentence, SOURCES) == ""


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("Metformin is reduced because eGFR is 37 mL/min.", "what no source says: a number"),
        ("Metformin causes lactic acidosis.", "what no source says: a word"),
        ("Metformin 5.6 mg is reduced.", "a number or a verb that a source gives to something else"),
        ("Potassium is 37.4 mmol/L.", "a number or a verb that a source gives to something else"),
        ("Spironolactone was stopped.", "it denies, or leaves out a denial"),
        ("Metformin is not reduced.", "it denies, or leaves out a denial"),
        ("Potassium is > 5.6 mmol/L.", "what no source says: a word"),
    ],
)
def test_what_no_source_says_falls(sentence: str, why: str) -> None:
    assert unsupported(sentence, SOURCES).startswith(why)


@pytest.mark.parametrize(
    ("said", "source", "stands"),
    [
        ("Calcium 1,000 mg.", "Calcium 1 mg.", False),
        ("Calcium 1,000 mg.", "Calcium 1000 mg.", False),
        ("Calcium 1,000 mg.", "Calcium 1,000 mg.", True),
        ("Warfarin 2,5 mg.", "Warfarin 2.5 mg.", True),
        ("Warfarin 2.50 mg.", "Warfarin 2.5 mg.", True),
        ("Warfarin 25 mg.", "Warfarin 2.5 mg.", False),
    ],
)
def test_a_comma_that_may_mean_a_thousand_is_only_what_is_written_the_same(said: str, source: str, stands: bool) -> None:
    assert (unsupported(said, (source,)) == "") is stands


def test_a_full_stop_inside_a_number_ends_no_sentence() -> None:
    assert sentences("eGFR is 37.4 mL/min. Reduce it!\nNow") == ("eGFR is 37.4 mL/min.", "Reduce it!", "Now")
