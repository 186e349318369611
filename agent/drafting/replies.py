"""What a server sends back: a chat completion, whole or in pieces, within a size and a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from agent.errors import DraftError

_LARGEST = 1_000_000
_LARGEST_STREAM = 10_000_000
"""Bytes; a piece of a few letters travels in two or three hundred."""
_LARGEST_EVENT = 100_000
_TELL_EVERY = 1.0
"""Seconds."""
_END = b"[DONE]"


class Passing(str):
    """Something told of which only the newest is of interest: the next one may take its place on a screen."""

    __slots__ = ()


class Reply(NamedTuple):
    """The text of an answer, and what it cost."""

    text: str
    prompt_tokens: int
    answer_tokens: int


def whole(chunks: Iterator[bytes], deadline: float, most: int = _LARGEST) -> bytes:
    """The body. Raises DraftError where it is too long or too late (`deadline`, of the monotonic clock)."""
    return b"".join(_bounded(chunks, deadline, most))


def streamed(chunks: Iterator[bytes], deadline: float, tell: Callable[[str], None]) -> bytes:
    """A stream of server-sent events as the chat completion that it adds up to; every second or so it is told how far it is.

    Raises:
        DraftError: it is too long, too late, cut off, or no stream of a chat completion.
    """
    found, rest, told = _Pieces(), b"", time.monotonic()
    for chunk in _bounded(chunks, deadline, _LARGEST_STREAM):
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > _LARGEST_EVENT:
            raise DraftError("the answer is too long")
        for line in lines:
            if line.startswith(b"data:"):
                if (data := line[5:].strip()) == _END:
                    return found.completion()
                found.take(data)
        if time.monotonic() - told >= _TELL_EVERY:
            told = time.monotonic()
            tell(Passing(f"{found.count} pieces of the answer have come"))
    if found.reason is None:
        raise DraftError("the server's answer was cut off")
    return found.completion()


def read_reply(body: bytes) -> Reply:
    """The text of a chat completion. Raises DraftError where it is none, is unfinished, refuses, or calls a tool."""
    try:
        document = orjson.loads(body)
        choice = document["choices"][0]
        content, reason = choice["message"]["content"], choice.get("finish_reason")
        usage = document.get("usage") or {}
        tokens = int(usage.get("prompt_tokens") or 0), int(usage.get("completion_tokens") or 0)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DraftError("the server's answer is not a chat completion") from error
    if choice["message"].get("refusal") or choice["message"].get("tool_calls") or reason not in {"stop", None}:
        raise DraftError(f"the model did not finish an answer ({reason if reason in {'length', 'tool_calls'} else 'refused'})")
    if not isinstance(content, str):
        raise DraftError("the server's answer is not a chat completion")
    return Reply(content, *tokens)


@dataclass
class _Pieces:
    """What a stream has brought so far."""

    count: int = 0
    texts: list[str] = field(default_factory=list)
    reason: str | None = None
    usage: dict[str, Any] | None = None
    other: dict[str, Any] = field(default_factory=dict)

    def take(self, data: bytes) -> None:
        """Add one event."""
        try:
            event = orjson.loads(data)
            self.usage = event.get("usage") or self.usage
            if "error" in event:
                raise DraftError("the server broke its answer off with an error")
            for choice in event["choices"][:1]:
                delta = choice.get("delta") or {}
                if text := delta.get("content"):
                    self.texts.append(str(text))
                    self.count += 1
                self.other |= {key: delta[key] for key in ("refusal", "tool_calls") if delta.get(key)}
                self.reason = choice.get("finish_reason") or self.reason
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise DraftError("the server's answer is not a chat completion") from error

    def completion(self) -> bytes:
        """As if it had come whole; a server that counts no tokens is taken to have sent one a piece."""
        message = {"content": "".join(self.texts), **self.other}
        usage = self.usage or {"completion_tokens": self.count}
        return orjson.dumps({"choices": [{"message": message, "finish_reason": self.reason}], "usage": usage})


def _bounded(chunks: Iterator[bytes], deadline: float, most: int) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise DraftError("the answer is too long")
        if time.monotonic() > deadline:
            raise DraftError("the time for this draft is over")
        yield chunk
