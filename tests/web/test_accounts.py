"""Who comes in, for how long, and who may sign: passwords, sessions, and what a wrong one costs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agent.faces.web.accounts import Accounts, TooManyAttemptsError
from agent.store.backup import backup, restore

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


def test_a_session_outlives_a_restart_and_is_known_to_another_process(people: Accounts, clock: Seconds) -> None:
    key = people.sign_in("dr-1", PASSWORD) or ""
    first, other = people.session(key), Accounts(people.file, clock)
    assert first
    assert other.session(key) == first
    assert other.confirm(key, PASSWORD)
    session = people.session(key)
    assert session
    assert people.may_sign(session)
    other.sign_out(key)
    assert people.session(key) is None


def test_signing_out_everywhere_ends_all_of_one_person_and_nobody_elses(people: Accounts) -> None:
    people.add("rx-1", "pharmacist", PASSWORD)
    mine, theirs = [people.sign_in("dr-1", PASSWORD) for _ in range(2)], people.sign_in("rx-1", PASSWORD)
    assert people.sign_out_everywhere("dr-1") == 2
    assert [people.session(key) for key in mine] == [None, None]
    assert people.session(theirs)


def test_a_new_password_ends_what_the_old_one_had_opened(people: Accounts) -> None:
    key = people.sign_in("dr-1", PASSWORD)
    people.add("dr-1", "physician", "another long password")
    assert people.session(key) is None


def test_neither_the_cookies_secret_nor_that_of_the_forms_lies_in_the_state(people: Accounts, tmp_path: Path) -> None:
    key = people.sign_in("dr-1", PASSWORD) or ""
    session = people.session(key)
    assert session
    kept = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"dr-1" in kept
    assert key.encode() not in kept
    assert session.csrf.encode() not in kept


def test_a_restored_backup_lets_nobody_in_who_was_signed_in_then(people: Accounts, tmp_path: Path) -> None:
    key = people.sign_in("dr-1", PASSWORD)
    backup(tmp_path / "copy.db", tmp_path)
    (tmp_path / "new").mkdir()
    shutil.copy(people.file, tmp_path / "new")
    restore(tmp_path / "copy.db", tmp_path / "new")
    assert Accounts(tmp_path / "new" / "users.json", people.clock).session(key) is None


def test_of_two_who_end_one_login_at_once_one_is_given_it(people: Accounts) -> None:
    people.held.put("login", "secret", "", 2000.0, "about", now=1000.0)
    assert [people.held.take("login", "secret", str) for _ in range(2)] == ["about", None]
    assert people.held.take("session", "secret", str) is None


def test_what_is_over_is_dropped_with_the_next_one(people: Accounts) -> None:
    people.held.put("login", "old", "", 1500.0, "old", now=1000.0)
    people.held.put("login", "new", "", 2500.0, "new", now=1501.0)
    assert [people.held.get("login", secret, str) for secret in ("old", "new")] == [None, "new"]
