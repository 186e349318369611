"""What all tests share: where third-party test data lies, and a wall against the network."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("CAREWRIGHT_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party test data; skips where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip("third-party test data is not here; set CAREWRIGHT_SHARED to the folder that holds data/")
    return data


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuses every connection but to this machine's loopback."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address and str(address[0]) not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address[0]!r}")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)


@pytest.fixture(autouse=True)
def _state_in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test touches the user's own worklist."""
    monkeypatch.setenv("CAREWRIGHT_HOME", str(tmp_path / "carewright-home"))


@pytest.fixture
def fhir(tmp_path: Path) -> Iterator[str]:
    """The base address of a real FHIR server on loopback, empty; skips where it is not installed."""
    pytest.importorskip("sekmet")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("sekmet")), "serve", "--host", "127.0.0.1", "--port", str(port)]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=log, stderr=log, env={**os.environ, "PYTHONWARNINGS": "ignore"})
    base = f"http://127.0.0.1:{port}/fhir"
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"{base}/metadata", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "log").read_text("utf-8")
                time.sleep(0.25)
        yield base
    finally:
        process.terminate()
        process.wait(20)
