"""The tables of every policy file in force, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TypeVar

from policies.model import (
    Access,
    Ban,
    Endpoint,
    Expiry,
    NeverAuto,
    Permit,
    Policy,
    ReasonCode,
    Redraft,
    Retention,
    RouteRule,
    SecondSignature,
    Send,
)
from policies.waiting import Harm, Worklist
from tools.clinical.knowledge import knowledge_digest, load

HERE = Path(__file__).parent


Row = TypeVar("Row")


def _every(kind: type[Row], table: str) -> cached_property[tuple[Row, ...]]:
    """The rows of a table, of every file in their order.

    Args:
        kind: what each row is.
        table: as the files call it.
    """
    return cached_property(lambda policies: tuple(row for document in policies.documents for row in getattr(document, table)))


@dataclass(frozen=True)
class Policies:
    """The tables of every policy file in force.

    Attributes:
        permits, bans: who may do what, and who may not.
        second_signatures, never_auto: what needs more than one signature, and what must be approved by name.
        routes, expiries, retentions: where plans go, how long they wait, and how long settled ones are kept.
        redrafts: what is drafted again once it is rejected.
        sends, endpoints: what may leave for a model, and hosts of which it is known where they run.
        accesses: who may read, ask, release, administer.
        harms: what waiting may do.
    """

    documents: tuple[Policy, ...]

    permits = _every(Permit, "permit")
    bans = _every(Ban, "ban")
    second_signatures = _every(SecondSignature, "second_signature")
    never_auto = _every(NeverAuto, "never_auto")
    routes = _every(RouteRule, "route")
    redrafts = _every(Redraft, "redraft")
    sends = _every(Send, "send")
    endpoints = _every(Endpoint, "endpoint")
    expiries = _every(Expiry, "expiry")
    retentions = _every(Retention, "retention")
    accesses = _every(Access, "access")
    harms = _every(Harm, "harm")

    @cached_property
    def reasons(self) -> Mapping[str, ReasonCode]:
        """Reason codes by id."""
        return {row.id: row for document in self.documents for row in document.reason}

    @cached_property
    def worklist(self) -> Worklist | None:
        """How plans that wait are ordered: the row of the last file that says so; by need alone where none does."""
        found = [row for document in self.documents for row in document.worklist]
        return found[-1] if found else None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the content of all files, for the audit log."""
        return "sha256:" + knowledge_digest(self.documents)


@lru_cache(maxsize=8)
def load_policies(folder: Path = HERE) -> Policies:
    """The policies of a folder (the shipped ones by default).

    Raises:
        KnowledgeError: a file is malformed.
    """
    return Policies(load(folder, Policy))
