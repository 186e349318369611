"""Text of rules and records as GitHub-flavoured markdown that shows it as it is: nothing in it becomes a heading, a link or a tag."""

from __future__ import annotations

import re

from agent.safe_text import safe

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~&@:])")


def escaped(text: str) -> str:
    """One line in which every sign that markdown or HTML might take for its own is literal."""
    return _SPECIAL.sub(r"\\\1", plain(text))


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join(safe(text).split())


def shortened(text: str, length: int) -> str:
    """At most so many characters; cut between words, and marked."""
    text = plain(text)
    if len(text) <= length:
        return text
    head = text[: length - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-")
    return (head or text[: length - 1]) + "…"
