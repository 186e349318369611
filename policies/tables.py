"""The tables of every policy file in force, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

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


@dataclass(frozen=True)
class Policies:
    """The tables of every policy file in force."""

    documents: tuple[Policy, ...]

    @cached_property
    def permits(self) -> tuple[Permit, ...]:
        """Who may do what."""
        return tuple(row for document in self.documents for row in document.permit)

    @cached_property
    def bans(self) -> tuple[Ban, ...]:
        """Who may not."""
        return tuple(row for document in self.documents for row in document.ban)

    @cached_property
    def second_signatures(self) -> tuple[SecondSignature, ...]:
        """What needs more than one."""
        return tuple(row for document in self.documents for row in document.second_signature)

    @cached_property
    def never_auto(self) -> tuple[NeverAuto, ...]:
        """What must be approved by name."""
        return tuple(row for document in self.documents for row in document.never_auto)

    @cached_property
    def routes(self) -> tuple[RouteRule, ...]:
        """Where plans go."""
        return tuple(row for document in self.documents for row in document.route)

    @cached_property
    def reasons(self) -> Mapping[str, ReasonCode]:
        """Reason codes by id."""
        return {row.id: row for document in self.documents for row in document.reason}

    @cached_property
    def redrafts(self) -> tuple[Redraft, ...]:
        """What is drafted again once it is rejected."""
        return tuple(row for document in self.documents for row in document.redraft)

    @cached_property
    def sends(self) -> tuple[Send, ...]:
        """What may leave for a model."""
        return tuple(row for document in self.documents for row in document.send)

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """Hosts of which it is known where they run."""
        return tuple(row for document in self.documents for row in document.endpoint)

    @cached_property
    def expiries(self) -> tuple[Expiry, ...]:
        """How long plans wait."""
        return tuple(row for document in self.documents for row in document.expiry)

    @cached_property
    def retentions(self) -> tuple[Retention, ...]:
        """How long settled plans are kept."""
        return tuple(row for document in self.documents for row in document.retention)

    @cached_property
    def accesses(self) -> tuple[Access, ...]:
        """Who may read, ask, release, administer."""
        return tuple(row for document in self.documents for row in document.access)

    @cached_property
    def harms(self) -> tuple[Harm, ...]:
        """What waiting may do."""
        return tuple(row for document in self.documents for row in document.harm)

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
