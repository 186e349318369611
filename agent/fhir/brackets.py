"""JSON looked at from outside: mending what other writers let pass, and finding entries where no decoder gets through."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|NaN|-?Infinity', re.DOTALL)
_ESCAPE = re.compile(rb"\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u[dD][89a-fA-F]..|\\.", re.DOTALL)
_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


def mend(data: bytes) -> bytes:
    """The same JSON with NaN and Infinity as the string `"NaN"` and lone surrogates as U+FFFD; both are then refused where they matter."""

    def escape(match: re.Match[bytes]) -> bytes:
        found = match[0]
        return rb"\ufffd" if len(found) == 6 and found[1:2] == b"u" else found

    def token(match: re.Match[bytes]) -> bytes:
        found = match[0]
        if not found.startswith(b'"'):
            return b'"NaN"'
        return _ESCAPE.sub(escape, found) if b"\\u" in found else found

    return _TOKEN.sub(token, data)


def describe_fault(data: bytes, error: str) -> str:
    """What is wrong with broken JSON, by byte and entry, from the decoder's message."""
    truncated = "truncated" in error
    found = re.search(r"byte (\d+)", error)
    byte = len(data) if truncated or not found else int(found[1])
    inside = sum(1 for start, _ in slices(data) if start <= byte) - 1
    entry = f", in entry[{inside}]" if inside >= 0 else ""
    if truncated:
        return f"the JSON ends early, at byte {byte}{entry}: the file is truncated; fetch it again"
    return f"not JSON: unexpected character at byte {byte}{entry}"


def slices(data: bytes) -> Iterator[tuple[int, int | None]]:
    """Start and end of every entry, found by brackets alone; the end of the last is `None` where the text breaks off."""
    scan = _Scan()
    for match in _BRACKET.finditer(data):
        start = scan.start
        if scan.step(match[0], match.start()) and start is not None:
            yield start, match.end()
    if scan.start is not None:
        yield scan.start, None


class _Scan:
    """Where a reader of brackets stands: objects directly inside the array under the top-level key `entry`."""

    def __init__(self) -> None:
        self.depth = 0
        self.key = b""
        self.in_entries = False
        self.start: int | None = None

    def step(self, token: bytes, at: int) -> bool:
        """Take one token; true when it closes an entry."""
        if token in (b"[", b"{"):
            self._open(token, at)
        elif token in (b"]", b"}"):
            self.depth -= 1
            if self.depth == 2 and self.start is not None:
                self.start = None
                return True
        elif self.depth == 1:
            self.key = token
        return False

    def _open(self, token: bytes, at: int) -> None:
        if self.depth == 1:
            self.in_entries = token == b"[" and self.key == b'"entry"'
        elif self.depth == 2 and self.in_entries:
            self.start = at
        self.depth += 1
