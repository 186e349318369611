"""A state file of an older version is brought up to date with all that it holds; one of a newer version is left alone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from agent.desk import Desk
from agent.errors import StoreError
from agent.review import Approve, Reviewer
from agent.store.database import FILE
from agent.store.schema import SCHEMA_VERSION, steps_from

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 23)
PHYSICIAN = Reviewer("dr-1", "physician")
# The tables as version 1 made them; they do not follow the code.
VERSION_1 = """
CREATE TABLE record (digest TEXT PRIMARY KEY, size INTEGER NOT NULL, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE work (
    id TEXT PRIMARY KEY, source TEXT NOT NULL, as_of TEXT NOT NULL, patient TEXT, request TEXT, drafter TEXT NOT NULL,
    started TEXT NOT NULL, status TEXT NOT NULL, round INTEGER NOT NULL DEFAULT 0, knowledge TEXT, digest TEXT, plan_id TEXT,
    urgency TEXT, route TEXT, reference TEXT, summary TEXT, items INTEGER, ended TEXT
) WITHOUT ROWID;
CREATE INDEX work_by_status ON work (status, started);
CREATE INDEX work_by_plan ON work (plan_id);
CREATE TABLE plan (
    work TEXT NOT NULL REFERENCES work, round INTEGER NOT NULL, digest TEXT NOT NULL, content BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (work, round)
) WITHOUT ROWID;
CREATE TABLE decision (
    work TEXT NOT NULL REFERENCES work, item TEXT NOT NULL, reviewer TEXT NOT NULL, digest TEXT NOT NULL, round INTEGER NOT NULL,
    content BLOB NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (work, item, reviewer, digest, round)
) WITHOUT ROWID;
CREATE TABLE verdict (
    work TEXT NOT NULL REFERENCES work, round INTEGER NOT NULL, content BLOB NOT NULL, at TEXT NOT NULL,
    applied INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (work, round)
) WITHOUT ROWID;
CREATE INDEX verdict_waiting ON verdict (applied) WHERE applied = 0;
CREATE TABLE release (
    work TEXT PRIMARY KEY REFERENCES work, content BLOB NOT NULL, at TEXT NOT NULL, delivered TEXT
) WITHOUT ROWID;
CREATE TABLE audit (
    seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, role TEXT NOT NULL, event TEXT NOT NULL, work TEXT NOT NULL,
    details TEXT NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_is_never_shortened BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
"""
_KEPT = ("record", "work", "plan", "decision", "verdict", "release", "audit", "checkpoints", "writes")


@pytest.fixture
def old(tmp_path: Path) -> tuple[Path, str]:
    """A folder of version 1 in which a plan waits, and its id."""
    desk = Desk(tmp_path / "today")
    name = desk.start(RECORD, AS_OF)
    desk._database.close()
    home = tmp_path / "old"
    home.mkdir()
    with closing(sqlite3.connect(home / FILE)) as db:
        db.executescript("PRAGMA journal_mode=WAL;" + VERSION_1)
        db.execute("ATTACH ? AS today", (str(tmp_path / "today" / FILE),))
        for table in ("checkpoints", "writes"):
            db.execute(db.execute("SELECT sql FROM today.sqlite_master WHERE name = ?", (table,)).fetchone()[0])
        for table in _KEPT:
            db.execute(f"INSERT INTO {table} SELECT * FROM today.{table}")
        db.execute("PRAGMA user_version=1")
        db.commit()
    return home, name


def test_an_older_file_is_brought_up_to_date_and_its_plan_can_be_signed(old: tuple[Path, str]) -> None:
    home, name = old
    desk = Desk(home)
    assert desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest).status == "approved"
    upgraded = [(line.details["before"], line.details["after"]) for line in desk.history() if line.event == "upgraded"]
    assert (upgraded, desk.audit().faults) == ([(1, SCHEMA_VERSION)], ())
    assert [line.event for line in Desk(home).history()].count("upgraded") == 1


def test_old_and_new_files_have_the_same_shape(old: tuple[Path, str], tmp_path: Path) -> None:
    home, _ = old
    Desk(home)._database.close()
    shapes = []
    for folder in (home, tmp_path / "today"):
        with closing(sqlite3.connect(folder / FILE)) as db:
            rows = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
            shapes.append((db.execute("PRAGMA user_version").fetchone()[0], sorted(map(repr, rows))))
    assert shapes[0] == shapes[1]


def test_a_step_that_fails_leaves_the_older_file_as_it_was(old: tuple[Path, str], monkeypatch: pytest.MonkeyPatch) -> None:
    import agent.store.database

    home, name = old
    with monkeypatch.context() as broken:
        broken.setattr(agent.store.database, "steps_from", lambda version: [*steps_from(version), "CREATE TABLE work (id TEXT);"])
        with pytest.raises(StoreError, match="already exists"):
            Desk(home)
    with closing(sqlite3.connect(home / FILE)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 1
        assert db.execute("SELECT count(*) FROM sqlite_master WHERE name='work_by_reference'").fetchone()[0] == 0
    assert Desk(home).show(name).status == "awaiting-review"


def test_a_newer_file_is_refused_and_left_alone(old: tuple[Path, str]) -> None:
    home, _ = old
    with closing(sqlite3.connect(home / FILE)) as db:
        db.execute("PRAGMA user_version=99")
    with pytest.raises(StoreError, match=rf"newer version \(99, this one knows {SCHEMA_VERSION}\); update this program"):
        Desk(home)
    with closing(sqlite3.connect(home / FILE)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == 99


@pytest.mark.slow
@pytest.mark.server
def test_an_older_postgresql_database_is_brought_up_to_date_and_a_newer_one_refused(postgres: str) -> None:
    import psycopg

    name = Desk().start(RECORD, AS_OF)
    with psycopg.connect(postgres) as db:
        db.execute("DROP INDEX work_by_reference, work_by_source")
        db.execute("DROP TABLE stake")
        db.execute("UPDATE carewright_schema SET version = 1")
    desk = Desk()
    assert desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest).status == "approved"
    assert ([line.event for line in desk.history()].count("upgraded"), desk.audit().faults) == (1, ())
    with psycopg.connect(postgres) as db:
        assert db.execute("SELECT version FROM carewright_schema").fetchone() == (SCHEMA_VERSION,)
        assert db.execute("SELECT to_regclass('work_by_reference') IS NOT NULL, to_regclass('stake') IS NOT NULL").fetchone() == (
            True,
            True,
        )
        db.execute("UPDATE carewright_schema SET version = 99")
    with pytest.raises(StoreError, match="newer version"):
        Desk()
