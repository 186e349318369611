"""A real PostgreSQL server for the tests that ask for one; it runs as an unprivileged user and leaves nothing behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest


class Server:
    """A server of our own in a temporary folder, spoken to through a socket in that folder."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self.programs, self.folder, self.user = programs, folder, user

    def run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [str(self.programs / program), *arguments], user=self.user, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, timeout=60
        )

    def start(self) -> None:
        options = f"-c listen_addresses='' -c unix_socket_directories='{self.folder}'"
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-l", f"{self.folder}/log", "-o", options, "-w", "start")

    def stop(self) -> None:
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "-w", "stop")

    def database(self) -> str:
        """The address of a new, empty database."""
        name = "t" + uuid4().hex[:12]
        self.run("createdb", "-h", str(self.folder), "-U", "postgres", name)
        return f"postgresql:///{name}?host={self.folder}&user=postgres"


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    return max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    pytest.importorskip("psycopg", reason="the extra 'postgres' is not installed")
    pytest.importorskip("langgraph.checkpoint.postgres", reason="the extra 'postgres' is not installed")
    programs = _programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed (Debian: apt-get install postgresql)")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    user = "postgres" if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)
    made = Server(programs, folder, user)
    try:
        made.run("initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale")
        made.start()
        yield made
        made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """`CAREWRIGHT_DATABASE` is a new database of the server."""
    address = server.database()
    monkeypatch.setenv("CAREWRIGHT_DATABASE", address)
    return address
