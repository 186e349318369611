"""The conversations beside the plans: one a reader and plan, with the same answers as in the terminal, forgotten with the session."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from agent.chat.answers import answer
from agent.chat.deciding import DeskSigner
from agent.chat.grammar import understand
from agent.chat.interpreting import Interpreter, configured
from agent.chat.session import Reply, frame, reply
from agent.chat.session import Session as Talk
from agent.desk import Desk
from agent.errors import DecisionError, PlannerError
from agent.faces.web.accounts import Accounts, Session
from agent.review import Decision

_KEPT = 200
"""So many conversations at most; the one that was silent longest goes first."""
_TURNS = 50
"""So many turns of one are kept."""
_BESIDE = {
    "plan": "The plan stands on this page, beside the conversation.",
    "export": "Print view and patient page are linked on this page; what was signed is taken out as FHIR by the button at its top.",
    "review": "This plan is on the worklist already; decide line by line on the page, or here: /approve i3.",
    "quit": "The conversation ends with your session.",
}
"""What the terminal does by a command, and a page has of its own."""


@dataclass
class ConfirmedSigner:
    """Takes decisions to the desk, once the password was confirmed on the page."""

    signer: DeskSigner
    accounts: Accounts
    session: Session

    def decide(self, decision: Decision) -> Reply:
        """What came of it. Raises DecisionError."""
        if not self.accounts.may_sign(self.session):
            raise DecisionError("unauthorised", "confirm your password first: approve or reject a line on the page, then go on here")
        done = self.signer.decide(decision)
        return reply(*done.sentences, frame("Open the page again to see it."))


@dataclass
class Conversations:
    """What was said by whom about which plan."""

    desk: Desk
    accounts: Accounts
    _talks: OrderedDict[tuple[str, str], Talk] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @cached_property
    def interpreter(self) -> Interpreter | None:
        """The configured model, where words of a question may go to it; `carewright config model` says why not."""
        with suppress(PlannerError):
            return configured()
        return None

    def said(self, session: Session, name: str) -> list[tuple[str, Reply]]:
        """The turns so far."""
        with self._lock:
            talk = self._talks.get((session.csrf, name))
        return list(talk.said) if talk else []

    def ask(self, session: Session, name: str, line: str) -> tuple[str, Reply]:
        """Answer a line about the plan as it stands now. Raises DecisionError."""
        return answered(self.talk(session, name), line)

    def talk(self, session: Session, name: str) -> Talk:
        """The conversation, on the plan that is shown now; after an edit it goes on about the new one. Raises DecisionError."""
        shown, key = self.desk.show(name, session.who), (session.csrf, name)
        signer = ConfirmedSigner(DeskSigner(self.desk, name, session.who, shown.plan.digest), self.accounts, session)
        with self._lock:
            talk = self._talks.get(key)
        if talk is None or talk.plan.digest != shown.plan.digest:
            behind = self.desk.behind(name)
            talk = Talk(behind.record, behind.as_of, behind.patient, kept=shown.plan, said=talk.said if talk else [])
        talk.signer, talk.interpreter = signer, self.interpreter
        with self._lock:
            self._talks[key] = talk
            self._talks.move_to_end(key)
            while len(self._talks) > _KEPT:
                self._talks.popitem(last=False)
        return talk


def answered(talk: Talk, line: str, tell: Callable[[str], None] | None = None) -> tuple[str, Reply]:
    """Answer a line; what was said before and this are kept.

    Args:
        tell: told each step while something is planned anew, as for a what-if.
    """
    intent = understand(line)
    if intent and intent.name in _BESIDE:
        talk.said.append((line, reply(frame(_BESIDE[intent.name]))))
    else:
        alone = copy(talk)  # two questions at once are told each its own steps
        alone.tell = tell
        answer(alone, line)
    del talk.said[:-_TURNS]
    return talk.said[-1]
