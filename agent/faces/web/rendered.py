"""Plan pages as they were rendered lately, so that fifty readers of one plan cost one rendering.

A page is kept under everything that it shows, where each item stands included: a decision makes another page. What belongs to one reader
alone (name, form secret, what was just done, the conversation) stands in a kept page as a mark and is put in for each reader anew.
"""

from __future__ import annotations

import re
import secrets
import zlib
from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from functools import cached_property

import msgspec
from markupsafe import Markup, escape

from agent.faces.web import pages
from agent.faces.web.accounts import Session
from agent.faces.web.plan_view import PlanPage
from agent.review import Approve, Reviewer
from agent.safe_text import readable
from agent.store.lately import Lately

_KEPT = 128
"""Pages; one has up to 300 kB, and a tenth of it as it is kept."""
_FAST = 1
"""Of zlib's levels."""


@dataclass(frozen=True)
class _Marks:
    """What stands for a reader's own in a kept page; nobody can foresee it, so that no record can contain it."""

    stem: str = field(default_factory=lambda: f"m{secrets.token_hex(16)}")

    @property
    def who(self) -> str:
        """The reader's name."""
        return f"{self.stem}w"

    @property
    def csrf(self) -> str:
        """The secret of the reader's forms."""
        return f"{self.stem}c"

    @property
    def told(self) -> str:
        """What was just done."""
        return f"{self.stem}t"

    @property
    def said(self) -> str:
        """The conversation."""
        return f"{self.stem}s"

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        """All of them: they are put in in one pass, so that no reader's text is taken for a mark."""
        return re.compile(f"{self.stem}[wcts]".encode())

    def session(self, of: Session) -> Session:
        """Somebody in the same role, without a name or a secret."""
        return replace(of, who=Reviewer(self.who, of.who.role), csrf=self.csrf)


@dataclass
class Rendered:
    """The pages of one application, as they are sent."""

    _pages: Lately[Hashable, bytes] = field(default_factory=lambda: Lately(_KEPT))
    _marks: _Marks = field(default_factory=_Marks)

    def page(self, frame: pages.Frame, page: PlanPage, conversation: str = "", told: str = "", *, printing: bool = False) -> bytes:
        """The page for whoever is signed in, as `pages.plan_page` makes it."""
        session, marks = frame.session, self._marks
        if session is None:
            return pages.plan_page(frame, page, conversation, told, printing=printing).encode()

        def render() -> bytes:
            anybody = replace(frame, session=marks.session(session))
            html = pages.plan_page(anybody, page, marks.said if conversation else "", marks.told, printing=printing)
            return zlib.compress(html.encode(), _FAST)

        kept = zlib.decompress(self._pages.get(_depends_on(frame, page, conversing=bool(conversation), printing=printing), render))
        own = {marks.who: _text(session.who.id), marks.csrf: _text(session.csrf), marks.told: _text(told), marks.said: conversation}
        return marks.pattern.sub(lambda found: own[found[0].decode()].encode(), kept)


def _depends_on(frame: pages.Frame, page: PlanPage, *, conversing: bool, printing: bool) -> Hashable:
    """Everything that a page shows but a reader's own: the plan, what was said about it, the record behind, the role and the language."""
    standing = msgspec.json.encode(msgspec.structs.replace(page.shown, plan=None), order="deterministic")
    behind = page.behind
    before = (behind.before.digest, behind.before.status) if behind.before else None
    record = (behind.source, behind.as_of, behind.patient, before, behind.edited)
    reader = (page.reader.role, _waits_for_another(page), frame.speech.language, frame.here)
    return page.plan.digest, page.plan.status, standing, record, reader, conversing, printing


def _waits_for_another(page: PlanPage) -> frozenset[str]:
    """Items that this reader approved and that somebody else has to approve as well: they alone look different to readers of one role."""
    second = {lack.item for lack in page.shown.standing.open if lack.lacks == "second-signature"}
    own = (row.decision.item for row in page.shown.decisions if row.reviewer.id == page.reader.id and isinstance(row.decision, Approve))
    return frozenset(second.intersection(own))


def _text(value: str) -> Markup:
    return escape(readable(value))
