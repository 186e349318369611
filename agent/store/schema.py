"""The tables, and the steps from each version of them to the next: a new database takes all of them, an older one those it lacks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

TABLES = """
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
"""
_BY_PATIENT = """
CREATE INDEX work_by_reference ON work (reference);
CREATE INDEX work_by_source ON work (source);
"""
_STAKES = """
CREATE TABLE stake (
    work TEXT PRIMARY KEY REFERENCES work, harm DOUBLE PRECISION NOT NULL, minutes DOUBLE PRECISION NOT NULL, people TEXT NOT NULL
) WITHOUT ROWID;
"""
UPGRADES = (_BY_PATIENT, _STAKES)
"""From version 1 to 2, from 2 to 3, and so on. A step that was published is never changed; another one is added."""
SCHEMA_VERSION = 1 + len(UPGRADES)


def statements(script: str) -> Iterator[str]:
    """Statements of a script, one by one: `executescript` would commit the transaction around it."""
    statement = ""
    for line in script.splitlines():
        statement += line + "\n"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def steps_from(version: int) -> Iterator[str]:
    """The statements that a database of this version lacks."""
    for step in UPGRADES[version - 1 :]:
        yield from statements(step)
