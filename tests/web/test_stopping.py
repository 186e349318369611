"""A stop signal while people work: what was begun is answered, what was answered with 200 is kept, and the process ends by itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from agent.desk import Desk
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.accounts import Accounts
from agent.faces.web.tokens import Tokens

pytestmark = pytest.mark.server
PASSWORD = "correct horse battery"


@contextmanager
def serving(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`carewright serve` as a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "agent", "serve", "--port", str(port)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**os.environ, "CAREWRIGHT_HOME": str(home)}, stdout=log, stderr=log)
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                httpx.get(f"{base}/ready", timeout=5).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, (home / "log").read_text("utf-8")
                time.sleep(0.1)
        yield process, base
    finally:
        process.kill()
        process.wait()


@dataclass
class Physician:
    """Rejects line after line until the server is gone; remembers what was answered with 200.

    A request that is sent over a connection which is just being closed is not begun, and meets an error of the transport.
    """

    base: str
    name: str
    plan: str
    kept: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        with httpx.Client(base_url=self.base, timeout=30) as http:
            try:
                signed_in = http.post("/api/v1/sessions", json={"user": self.name, "password": PASSWORD})
                http.headers["X-CSRF-Token"] = signed_in.raise_for_status().json()["csrf"]
                http.post("/api/v1/sessions/current/confirmation", json={"password": PASSWORD}).raise_for_status()
                while self.reject(http):
                    pass
            except httpx.TransportError:
                return

    def reject(self, http: httpx.Client) -> bool:
        shown = http.get(f"/api/v1/plans/{self.plan}").json()
        open_ = [item["item"] for item in shown["standing"]["open"] if item["lacks"] == "decision"]
        if not open_:
            return False
        decision = {"decision": "reject", "item": open_[0], "reason": "not-appropriate"}
        body = {"interrupt": shown["interrupt"], "digest": shown["plan"]["digest"], "decisions": [decision]}
        answer = http.post(f"/api/v1/plans/{self.plan}/decisions", json=body)
        if answer.status_code != 200:
            self.refused.append(answer.text)
            return False
        self.kept.append(open_[0])
        return True


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "served"
    folder.mkdir(mode=0o700)
    return folder


def test_told_to_stop_while_people_sign_it_loses_no_decision_that_it_answered(home: Path) -> None:
    desk, accounts = Desk(home), Accounts(home / "users.json")
    people = []
    for n in range(4):
        accounts.add(f"dr-{n}", "physician", PASSWORD)
        record = example_record().replace(b'"resourceType"', b'"note-of-the-test": %d, "resourceType"' % n, 1)
        people.append((f"dr-{n}", desk.start(record, EXAMPLE_AS_OF)))
    with serving(home) as (process, base):
        at_work = [Physician(base, name, plan) for name, plan in people]
        threads = [threading.Thread(target=physician.work) for physician in at_work]
        for thread in threads:
            thread.start()
        while not all(physician.kept for physician in at_work) and any(thread.is_alive() for thread in threads):
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        ended = process.wait(30)
        for thread in threads:
            thread.join()
    assert ended == -signal.SIGTERM
    assert [physician.refused for physician in at_work] == [[]] * 4
    again = Desk(home)
    assert again.audit().faults == ()
    written = {(line.work, line.details["item"]) for line in again.history() if line.event == "decided"}
    said = {(physician.plan, item) for physician in at_work for item in physician.kept}
    assert len(said) >= 4
    assert written == said  # nothing that was answered is lost, and nothing was done that nobody was told


def test_a_request_that_is_under_way_is_answered_after_the_signal(home: Path) -> None:
    secret = Tokens(home / "tokens.json").add("robot", "viewer")
    with serving(home) as (process, base):
        host, port = base.removeprefix("http://").split(":")
        body = example_record()
        head = (
            f"POST /api/v1/drafts?as_of={EXAMPLE_AS_OF} HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {secret}\r\n"
            f"Content-Type: application/fhir+json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        with socket.create_connection((host, int(port)), 30) as line:
            line.sendall(head.encode() + body[:-1])
            time.sleep(0.5)  # it waits for the last byte
            process.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            line.sendall(body[-1:])
            answer = b"".join(iter(lambda: line.recv(65536), b""))
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, int(port)), 5).close()
        assert process.wait(30) == -signal.SIGTERM
    assert answer.startswith(b"HTTP/1.1 200 ")
