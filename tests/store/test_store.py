"""The state file: its failures have names, its content lies there once, its folder is its owner's."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from agent.desk import Desk
from agent.errors import RecordError, StoreError
from agent.store.audit import content_hash
from agent.store.checkpoints import saver_on
from agent.store.database import FILE, SqliteDatabase
from agent.store.place import state_folder
from agent.store.records import keep_record, record


def test_a_record_is_kept_once_and_given_back_whole(tmp_path: Path) -> None:
    database = SqliteDatabase(state_folder(tmp_path))
    with database.writing() as db:
        names = {keep_record(db, b"abc"), keep_record(db, b"abc")}
        assert names == {content_hash(b"abc")}
        assert db.execute("SELECT count(*) FROM record").fetchone()[0] == 1
    with database.reading() as db:
        assert record(db, content_hash(b"abc")) == b"abc"
        with pytest.raises(RecordError):
            record(db, "sha256:0")


def test_what_fails_in_the_middle_is_undone(tmp_path: Path) -> None:
    database = SqliteDatabase(state_folder(tmp_path))

    def fails() -> None:
        with database.writing() as db:
            keep_record(db, b"abc")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    with database.reading() as db:
        assert db.execute("SELECT count(*) FROM record").fetchone()[0] == 0


def test_a_file_that_is_no_database_is_corrupt(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to be looked at as one" * 100)
    with pytest.raises(StoreError) as error:
        Desk(tmp_path)
    assert error.value.reason == "corrupt"


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    with SqliteDatabase(state_folder(tmp_path)).writing() as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match="newer version"):
        Desk(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="CAREWRIGHT_HOME"):
        Desk(tmp_path / "file")


def test_the_file_is_its_owners_alone_and_uses_a_write_ahead_log(tmp_path: Path) -> None:
    database = SqliteDatabase(state_folder(tmp_path))
    assert stat.S_IMODE(os.stat(database.path).st_mode) == 0o600
    with database.reading() as db:
        assert db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def test_the_folder_is_the_one_of_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_HOME", str(tmp_path / "a"))
    assert state_folder() == tmp_path / "a"
    monkeypatch.delenv("CAREWRIGHT_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert state_folder() == tmp_path / "carewright"


def test_a_checkpoint_constructs_nothing_but_plain_values(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    saver = saver_on(sqlite3.connect(tmp_path / "c.db"))
    with closing(saver.conn):
        kind, data = saver.serde.dumps_typed({"plan": {"items": [1, "two"]}})
        assert saver.serde.loads_typed((kind, data)) == {"plan": {"items": [1, "two"]}}
        with caplog.at_level("ERROR"):
            assert not isinstance(saver.serde.loads_typed(saver.serde.dumps_typed(_Foreign(1))), _Foreign)


def test_finished_runs_leave_no_checkpoints(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    record_of = (
        b'{"resourceType":"Bundle","type":"collection","entry":[{"resource":{"resourceType":"Patient","id":"p","deceasedBoolean":true}}]}'
    )
    name = desk.start(record_of, date(2026, 11, 20))
    assert desk.show(name).status == "no-plan"
    with desk._database.reading() as db:
        assert db.execute("SELECT count(*) FROM checkpoints").fetchone()[0] == 0


class _Foreign:
    def __init__(self, n: int) -> None:
        self.n = n

    def model_dump(self) -> dict[str, int]:
        return {"n": self.n}
