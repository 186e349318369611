"""An encrypted state folder: everything works, and nothing in any of its files says whose plans these are."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from agent.desk import Desk
from agent.errors import StoreError
from agent.review import Approve, Edit, Reject, Reviewer
from agent.store.backup import backup, restore

pytest.importorskip("sqlcipher3", reason="the extra 'encrypted' is not installed")

ROOT = Path(__file__).resolve().parents[2]
PHYSICIAN = Reviewer("dr-1", "physician")
AS_OF = date(2026, 11, 23)
SECRETS = ("Quillfeather", "Marmaduke", "Larkspur Lane", "MRN-55512345", "1944-03-07")
TELLING = (*SECRETS, "Patient/p-quill", "potassium", "simvastatin", "MedicationRequest", "SQLite format 3", "CREATE TABLE")
KEY = "0123456789abcdef" * 4


def bundle() -> bytes:
    made = json.loads((ROOT / "scenarios" / "patients" / "example.json").read_bytes())
    patient = next(e["resource"] for e in made["entry"] if e["resource"]["resourceType"] == "Patient")
    family, given, street, number, born = SECRETS
    patient |= {
        "name": [{"family": family, "given": [given]}],
        "address": [{"line": [street]}],
        "identifier": [{"system": "urn:mrn", "value": number}],
        "birthDate": born,
    }
    return json.dumps(made).encode()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "key").write_text(KEY + "\n")
    monkeypatch.setenv("CAREWRIGHT_KEY_FILE", str(tmp_path / "key"))
    return tmp_path / "home"


def found_in(folder: Path) -> list[tuple[str, str]]:
    """Which telling word stands in which file, as bytes or as hexadecimal, in either width of letters."""
    hits = []
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        for word in TELLING:
            forms = (word.encode(), word.encode("utf-16-le"), word.encode().hex().encode())
            hits += [(path.name, word) for form in forms if form in content]
    return hits


def worked_through(home: Path) -> tuple[Desk, str]:
    """A plan that was edited, of which one is rejected and the rest signed and released; another that waits."""
    desk = Desk(home)
    name = desk.start(bundle(), AS_OF, request="potassium for Marmaduke")
    shown = desk.show(name)
    order = next(item.id for item in shown.plan.items if item.action == "order")
    desk.decide(name, PHYSICIAN, [Edit(item=order, reason="timing", within_days=3)], shown.plan.digest)
    shown = desk.show(name)
    desk.decide(name, PHYSICIAN, [Reject(item=order, reason="other", text="Larkspur Lane is far")], shown.plan.digest)
    desk.start(bundle(), AS_OF, request="another")
    return desk, name


def test_no_name_address_or_identifier_stands_in_any_state_file(home: Path) -> None:
    desk, name = worked_through(home)
    assert found_in(home) == []  # with the log beside the file, while plans wait
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest)
    desk.release(name)
    desk._database.close()
    assert (found_in(home), desk.audit().faults) == ([], ())


def test_the_search_finds_what_is_not_encrypted(tmp_path: Path) -> None:
    desk, _ = worked_through(tmp_path / "plain")
    assert {"potassium", "SQLite format 3", "CREATE TABLE"} <= {word for _, word in found_in(tmp_path / "plain")}
    desk._database.close()


def test_another_process_goes_on_with_the_same_key(home: Path) -> None:
    _, name = worked_through(home)
    other = Desk(home)
    assert other.decide(name, PHYSICIAN, [Approve(item="rest")], other.show(name).plan.digest).status == "partly-approved"


def test_another_key_opens_nothing(home: Path, tmp_path: Path) -> None:
    worked_through(home)[0]._database.close()
    (tmp_path / "key").write_text("f" * 64)
    with pytest.raises(StoreError, match="another key") as error:
        Desk(home)
    assert "f" * 64 not in str(error.value)


def test_without_the_key_the_file_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worked_through(home)[0]._database.close()
    monkeypatch.delenv("CAREWRIGHT_KEY_FILE")
    with pytest.raises(StoreError, match="encrypted one"):
        Desk(home)


def test_a_plain_file_is_not_opened_with_a_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as plain:
        plain.delenv("CAREWRIGHT_KEY_FILE")
        Desk(home)._database.close()
    with pytest.raises(StoreError, match="is not encrypted"):
        Desk(home)


@pytest.mark.parametrize("content", ["", "short", "g" * 64, "0" * 63])
def test_what_is_no_key_is_refused_and_not_repeated(home: Path, tmp_path: Path, content: str) -> None:
    (tmp_path / "key").write_text(content)
    with pytest.raises(StoreError, match="64 hexadecimal digits") as error:
        Desk(home)
    assert not content or content not in str(error.value)


def test_the_key_may_come_from_the_environment_and_is_in_no_repr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from agent.store.cipher import cipher

    monkeypatch.setenv("CAREWRIGHT_KEY", KEY)
    assert Desk(tmp_path / "home").list() == ()
    assert KEY not in repr(cipher())


def test_a_backup_is_encrypted_with_the_same_key_and_comes_back(home: Path, tmp_path: Path) -> None:
    _, name = worked_through(home)
    backup(tmp_path / "copy", home)
    assert not any(word.encode() in (tmp_path / "copy").read_bytes() for word in TELLING)
    restore(tmp_path / "copy", tmp_path / "again")
    assert Desk(tmp_path / "again").show(name).plan == Desk(home).show(name).plan
