"""A server that is listening and a command beside it write one state file, and neither takes the other's log away."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from agent.store.database import SqliteDatabase

BESIDE = """
import sys
from pathlib import Path
from agent.store.database import SqliteDatabase
database = SqliteDatabase(Path(sys.argv[1]))
with database.writing() as db:
    db.execute("INSERT INTO told VALUES ('beside')")
database.close()
"""


def test_a_command_beside_a_server_that_opened_its_file_twice_leaves_its_log_in_place(tmp_path: Path) -> None:
    server = SqliteDatabase(tmp_path)
    with server.writing() as db:
        db.execute("CREATE TABLE told (by TEXT)")
    again = SqliteDatabase(tmp_path)
    log = (tmp_path / "carewright.db-wal").stat().st_ino
    subprocess.run([sys.executable, "-c", BESIDE, str(tmp_path)], check=True)
    assert (tmp_path / "carewright.db-wal").stat().st_ino == log
    for database, who in ((server, "server"), (again, "again")):
        with database.writing() as db:
            db.execute("INSERT INTO told VALUES (?)", (who,))
    with server.reading() as db:
        assert [row["by"] for row in db.execute("SELECT by FROM told ORDER BY rowid")] == ["beside", "server", "again"]
        assert db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    server.close()
    again.close()
