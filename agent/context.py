"""What a run depends on; the one place where it is put together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from agent.case import Case
from agent.drafting import Drafter
from agent.drafting.rules import RulesDrafter
from agent.errors import RecordError
from agent.store.lately import Lately

_KEPT_CASES = 8


@dataclass(frozen=True)
class Context:
    """What the nodes may use.

    Args:
        bytes_of: the bundle behind a digest (the state carries the digest, never the bytes).
        drafter: who drafts.
        max_drafts: how often `check` may send a draft back before it stands as it is, without the objected lines.
    """

    bytes_of: Callable[[str], bytes]
    drafter: Drafter = field(default_factory=RulesDrafter)
    max_drafts: int = 3
    _cases: Lately[tuple[str, str, str | None, frozenset[str]], Case] = field(default_factory=lambda: Lately(_KEPT_CASES), repr=False)

    def case(self, source: str, as_of: str, patient: str | None = None, excluded: frozenset[str] = frozenset()) -> Case:
        """The case behind a state; a process that was asked for it lately has it.

        Raises:
            RecordError: the bytes are not there any more.
        """
        key = (source, as_of, patient, excluded)
        return self._cases.get(key, lambda: Case(self.bytes_of(source), date.fromisoformat(as_of), patient, excluded, source))


def in_memory(data: bytes, digest: str, drafter: Drafter | None = None) -> Context:
    """A context for one bundle that is planned and not kept."""

    def bytes_of(wanted: str) -> bytes:
        if wanted != digest:
            raise RecordError(f"the record {wanted!r} is not here")
        return data

    return Context(bytes_of, drafter or RulesDrafter())
