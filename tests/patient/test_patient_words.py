"""The words for patients: complete in both languages, their references hold, and they cover what is used and what is started."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tools.guidelines import modules
from tools.guidelines.modules import files
from tools.patient_words import LANGUAGES, TopicKind, patient_words
from tools.patient_words.model import MedicineFile, PageFile, incomplete
from tools.patient_words.patterns import Pattern, Table
from tools.terminology import terminology

HERE = Path(__file__).parent
MOST_USED = tomllib.loads((HERE / "most-used-medicines.toml").read_text("utf-8"))["medicines"]
TABLE = Table([Pattern(written="{n} mg", text={"en": "{n} mg", "es": "{n} mg"}), Pattern(written="once", text={"en": "once"}), Pattern(written="once daily", text={"en": "once a day", "es": "una vez al día"})])  # fmt: skip


@pytest.mark.parametrize("name", MOST_USED)
def test_each_of_the_150_most_used_medicines_has_words(name: str) -> None:
    assert terminology().ingredient(name) is not None
    assert patient_words().medicine(name, terminology().kinds_of(name)) is not None


def test_the_list_of_most_used_medicines_has_150() -> None:
    assert len(set(MOST_USED)) == len(MOST_USED) == 150


def test_whatever_a_guideline_starts_has_words() -> None:
    known = terminology()
    folder = Path(__import__("tools.guidelines", fromlist=["x"]).__file__ or "").parent / "modules"
    started = {
        name
        for path in folder.glob("*.toml")
        for rule in tomllib.loads(path.read_text("utf-8")).get("recommendation", ())
        for action in rule.get("do", ())
        for name in action.get("start", ())
    }
    single = {part for name in started for part in name.split("/") if known.ingredient(part)}
    lacking = sorted(name for name in single if patient_words().medicine(name, known.kinds_of(name)) is None)
    assert len(lacking) <= 0.02 * len(single), lacking


def test_nearly_every_module_has_a_name_in_plain_words() -> None:
    lacking = sorted(name for name in modules() if patient_words().topic("condition", name) is None)
    assert len(lacking) <= 0.1 * len(modules()), lacking


@pytest.mark.parametrize("kind", ["order", "refer", "counsel"])
def test_every_test_visit_and_advice_of_a_guideline_has_words(kind: TopicKind) -> None:
    said = {name for file in files() for rule in file.recommendation for do in rule.do if do.verb == kind for name in do.objects}
    assert sorted(name for name in said if patient_words().topic(kind, name) is None) == []


def test_every_text_is_there_in_every_language() -> None:
    words = patient_words()
    texts = [*(entry.what for entry in words.medicines), *(topic.title for topic in words.topics)]
    assert [fault for text in texts for fault in incomplete("text", text)] == []
    assert LANGUAGES == ("en", "es")


def test_an_ingredient_comes_before_its_class_and_a_route_before_both() -> None:
    kinds = terminology().kinds_of
    find = patient_words().medicine
    assert find("ticagrelor", kinds("ticagrelor")) is not find("clopidogrel", kinds("clopidogrel"))
    assert find("timolol", kinds("timolol"), "ophthalmic") is not find("timolol", kinds("timolol"), "oral")
    assert find("semaglutide", kinds("semaglutide"), "oral") is not find("semaglutide", kinds("semaglutide"), "subcutaneous")
    assert find("nothing-of-that-name", ()) is None


def test_a_cream_of_a_steroid_has_no_sick_day_rule() -> None:
    kinds = terminology().kinds_of("hydrocortisone")
    swallowed = patient_words().medicine("hydrocortisone", kinds, "oral")
    rubbed = patient_words().medicine("hydrocortisone", kinds, "topical")
    assert swallowed is not None
    assert rubbed is not None
    assert (bool(swallowed.sick_day), bool(rubbed.sick_day)) == (True, False)


def test_the_longest_pattern_is_read_and_a_number_is_kept_as_it_is() -> None:
    assert TABLE.said("2.5 mg once daily", "es") == "2.5 mg una vez al día"
    assert TABLE.said("2.5/10 mg, once", "en") == "2.5/10 mg, once"


@pytest.mark.parametrize(("text", "language"), [("10 mg twice", "en"), ("10 mgs once", "en"), ("10 mg once", "es"), ("", "en")])
def test_what_no_pattern_holds_is_not_guessed(text: str, language: str) -> None:
    assert TABLE.said(text, language) is None


HEAD = {"id": "x", "title": "x", "version": "1.0.0", "status": "active", "effective_from": "2026-11-25", "last_reviewed": "2026-11-25"}


def test_a_text_without_spanish_or_with_other_placeholders_is_a_fault() -> None:
    import msgspec

    file = msgspec.convert(
        {**HEAD, "word": [{"name": "a", "text": {"en": "{x}", "es": "y"}}, {"name": "b", "text": {"en": "x"}}]}, PageFile, strict=False
    )
    assert [fault.partition(":")[0] for fault in file.faults()] == ["a", "b"]


def test_a_medicine_with_an_unknown_source_or_a_name_given_twice_is_a_fault() -> None:
    import msgspec

    entry = {"of": ["a"], "what": {"en": "x", "es": "y"}, "source": "nowhere"}
    file = msgspec.convert({**HEAD, "medicine": [entry, entry]}, MedicineFile, strict=False)
    assert [fault for fault in file.faults() if "twice" in fault or "source" in fault] == [
        "'a ' stands twice",
        "a: source 'nowhere' is not listed",
        "a: source 'nowhere' is not listed",
    ]
