"""The log of everything that left for a model: when, where to, how much, and the digest of it; never a word of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from agent.privacy.endpoint import NEEDED
from policies.model import Destination

FILE = "sent.jsonl"


class Sent(Struct, frozen=True, kw_only=True):
    """One call. `digest` is that of the messages (of a draft, `carewright plan --show-prompt` prints the same one); `what` are its contents."""

    at: str
    to: Destination
    host: str
    model: str
    digest: str
    bytes: int
    what: tuple[str, ...] = NEEDED


def note_sent(file: Path, *, to: Destination, url: str, model: str, digest: str, size: int, what: tuple[str, ...] = NEEDED) -> None:
    """Append one line, before the call is made; where that fails (OSError), the call must not be made."""
    line = Sent(at=datetime.now(UTC).isoformat(timespec="milliseconds"), to=to, host=urlsplit(url).netloc.rpartition("@")[2], model=model, digest=digest, bytes=size, what=what)  # fmt: skip
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        os.write(handle, msgspec.json.encode(line) + b"\n")
    finally:
        os.close(handle)


def sent(file: Path) -> Iterator[Sent]:
    """The lines of the log, oldest first; none where nothing ever left."""
    if file.exists():
        with file.open("rb") as lines:
            yield from (msgspec.json.decode(line, type=Sent) for line in lines if line.strip())
