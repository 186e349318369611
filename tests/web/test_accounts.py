"""Who comes in, for how long, and who may sign: passwords, sessions, and what a wrong one costs."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.faces.web.accounts import Accounts, TooManyAttemptsError

PASSWORD = "correct horse battery"


class Seconds:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def people(tmp_path: Path, clock: Seconds) -> Accounts:
    people = Accounts(tmp_path / "users.json", clock)
    people.add("dr-1", "physician", PASSWORD)
    return people


def wrong(people: Accounts, times: int, name: str = "dr-1") -> None:
    for _ in range(times):
        assert people.sign_in(name, "wrong") is None


def test_four_wrong_passwords_are_forgiven(people: Accounts) -> None:
    wrong(people, 4)
    assert people.sign_in("dr-1", PASSWORD)


@pytest.mark.parametrize("name", ["dr-1", "nobody"])
def test_after_five_even_the_right_one_waits_a_minute(people: Accounts, clock: Seconds, name: str) -> None:
    wrong(people, 5, name)
    with pytest.raises(TooManyAttemptsError) as refused:
        people.sign_in(name, PASSWORD)
    assert refused.value.seconds == 60
    clock.now += 60
    assert (people.sign_in(name, PASSWORD) is not None) == (name == "dr-1")


def test_each_further_one_doubles_the_wait_up_to_a_quarter_of_an_hour(people: Accounts, clock: Seconds) -> None:
    wrong(people, 5)
    waits = []
    for _ in range(6):
        with pytest.raises(TooManyAttemptsError) as refused:
            people.sign_in("dr-1", PASSWORD)
        waits.append(refused.value.seconds)
        clock.now += refused.value.seconds
        wrong(people, 1)
    assert waits == [60, 120, 240, 480, 900, 900]


def test_a_session_ends_after_half_an_hour_of_silence_and_after_a_working_day(people: Accounts, clock: Seconds) -> None:
    key = people.sign_in("dr-1", PASSWORD)
    clock.now += 30 * 60
    assert people.session(key)
    clock.now += 30 * 60 + 1
    assert people.session(key) is None
    key = people.sign_in("dr-1", PASSWORD)
    for _ in range(16):
        clock.now += 29 * 60
        assert people.session(key)
    clock.now += 29 * 60
    assert people.session(key) is None


def test_a_confirmed_password_counts_for_ten_minutes(people: Accounts, clock: Seconds) -> None:
    key = people.sign_in("dr-1", PASSWORD) or ""
    session = people.session(key)
    assert session
    assert not people.may_sign(session)
    assert not people.confirm(key, "wrong")
    assert people.confirm(key, PASSWORD)
    session = people.session(key)
    assert session
    assert people.may_sign(session)
    clock.now += 600
    assert not people.may_sign(session)


def test_whoever_is_removed_or_given_another_role_is_out_at_once(people: Accounts) -> None:
    key = people.sign_in("dr-1", PASSWORD)
    people.add("dr-1", "viewer", PASSWORD)
    assert people.session(key) is None
    key = people.sign_in("dr-1", PASSWORD)
    people.remove("dr-1")
    assert people.session(key) is None
    assert people.sign_in("dr-1", PASSWORD) is None
