"""What comes back to `/cds-services/ID/feedback`, as values."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from agent.faces.hooks.call import HookError, fault
from agent.faces.hooks.cards import REASONS
from agent.store.feedback import Feedback, Said
from policies.engine import reasons_for

_MOST = 100


class Coding(Struct, frozen=True):
    """A reason, coded."""

    code: str = ""
    system: str | None = None


class OverrideReason(Struct, frozen=True, rename="camel"):
    """Why a card was overridden. The comment is counted and not kept: it may speak of the patient."""

    reason: Coding | None = None
    user_comment: str | None = None


class AcceptedSuggestion(Struct, frozen=True):
    """A suggestion that was taken."""

    id: str


class Entry(Struct, frozen=True, kw_only=True, rename="camel"):
    """What was done with one card."""

    card: str
    outcome: Said
    outcome_timestamp: datetime
    accepted_suggestions: tuple[AcceptedSuggestion, ...] | None = None
    override_reason: OverrideReason | None = None


class Body(Struct, frozen=True):
    """The body of a request."""

    feedback: tuple[Entry, ...]


_BODY = msgspec.json.Decoder(Body)


def parse_feedback(data: bytes) -> tuple[Feedback, ...]:
    """What was said. Raises HookError (400)."""
    try:
        body = _BODY.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HookError(400, f"not feedback of CDS Hooks: {fault(error)}") from None
    if not 1 <= len(body.feedback) <= _MOST:
        raise HookError(400, f"feedback speaks of 1 to {_MOST} cards")
    return tuple(_said(entry) for entry in body.feedback)


def _said(entry: Entry) -> Feedback:
    given = entry.override_reason or OverrideReason()
    if entry.outcome_timestamp.tzinfo is None:
        raise HookError(400, "outcomeTimestamp names its time zone")
    at = entry.outcome_timestamp.astimezone(UTC).isoformat()
    commented = bool((given.user_comment or "").strip())
    return Feedback(card=entry.card[:64], outcome=entry.outcome, reason=_code(given.reason), commented=commented, at=at)


def _code(reason: Coding | None) -> str:
    """One of our own codes; whatever else was given is counted as `other-system`, since a code of theirs may be free text."""
    if reason is None or not reason.code:
        return ""
    ours = reason.system in (None, "", REASONS) and reason.code in reasons_for("override")
    return reason.code if ours else "other-system"
