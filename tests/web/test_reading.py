"""What the pages show beside the plan: words in two languages, the order of the worklist, courses of values."""

from __future__ import annotations

import string
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from agent.desk import Desk
from agent.errors import DecisionError
from agent.faces.web.records import resource_json
from agent.faces.web.sparklines import courses
from agent.faces.web.speech import LANGUAGES, chosen, words
from agent.faces.web.worklist_view import Filter, lines
from agent.review import Reviewer
from policies.engine import load_policies, roles
from tools.clinical.facts import Facts, Measurement
from tools.clinical.plan import PlanProblem
from tools.clinical.quantity import Quantity

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def gaps(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_word_with_the_same_gaps(language: str) -> None:
    english, other = words("en"), words(language)
    assert set(other) == set(english)
    assert {key for key, text in other.items() if gaps(text) != gaps(english[key])} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_and_every_role_of_the_shipped_policies_has_words_in_every_language(language: str) -> None:
    wanted = {*(f"reason.{code}" for code in load_policies().reasons), *(f"role.{role}" for role in roles())}
    assert wanted - set(words(language)) == set()


@pytest.mark.parametrize(
    ("cookie", "accepted", "language"),
    [(None, "", "en"), (None, "es-MX,es;q=0.9", "es"), (None, "fr,es;q=0.5", "es"), ("en", "es", "en"), ("xx", "de", "en")],
)
def test_the_chosen_language_comes_before_that_of_the_browser(cookie: str | None, accepted: str, language: str) -> None:
    assert chosen(cookie, accepted).language == language


def test_what_does_not_fit_into_the_minutes_is_marked(desk: Desk, plan: str) -> None:
    page = desk.list()
    for minutes, fits in ((60, True), (1, False), (None, True)):
        (line,) = lines(page, desk.stands([plan]), Reviewer("dr-1", "physician"), Filter(minutes=minutes), datetime.now(UTC))
        assert line.fits is fits
        assert line.signers.first == ("physician", "nurse-practitioner")
    assert lines(page, desk.stands([plan]), Reviewer("v-1", "viewer"), Filter(mine=True), datetime.now(UTC)) == ()


def measured(value: str, day: int) -> Measurement:
    return Measurement("serum-potassium", Quantity(Decimal(value), "mmol/L"), date(2026, 11, day), f"Observation/k{day}", flag="H")


def test_a_course_is_drawn_from_left_to_right_and_said_in_words() -> None:
    facts = Facts(
        as_of=date(2026, 11, 20),
        measurements={
            "serum-potassium": (
                measured("5.6", 11),
                measured("4.6", 1),
            )
        },
    )
    (course,) = courses(PlanProblem(id="p1", text="", facts=("Observation/k11",)), facts)
    assert (course.latest, course.when, course.flag) == ("5.6 mmol/L", "2026-11-11", "high")
    assert course.points == "4.0,26.0 108.0,4.0"
    assert course.words == "4.6 mmol/L (2026-11-01), 5.6 mmol/L (2026-11-11)"


def test_one_value_has_no_line_and_a_value_after_the_date_is_not_shown() -> None:
    facts = Facts(as_of=date(2026, 11, 5), measurements={"serum-potassium": (measured("5.6", 11), measured("4.6", 1))})
    (course,) = courses(PlanProblem(id="p1", text="", facts=("Observation/k11",)), facts)
    assert (course.latest, course.points) == ("4.6 mmol/L", "")


def test_a_resource_is_found_by_id_and_by_address_and_nothing_else_is() -> None:
    record = b'{"resourceType":"Bundle","entry":[{"fullUrl":"urn:uuid:a1","resource":{"resourceType":"Condition"}},{"resource":{"resourceType":"Patient","id":"p"}}]}'
    assert "Condition" in resource_json(record, "Condition/a1")
    assert '"id": "p"' in resource_json(record, "Patient/p")
    with pytest.raises(DecisionError, match="no resource"):
        resource_json(record, "Condition/p")
