"""Decisions said in the conversation: the same that the pages and the command line take, by way of the same desk."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.chat.session import Reply, Session, frame, reply
from agent.chat.worded import Phrase, worded
from agent.desk import Desk
from agent.errors import DecisionError
from agent.review import Approve, Decision, Edit, Override, Reject, Reviewer
from policies.engine import reasons_for
from tools.clinical.plan import PlanQuantity

_EDIT = re.compile(
    r"^(?P<item>i\d+)\s+(?P<value>\d+(?:[.,]\d+)?)\s*(?P<unit>[^\s\d]\S*)(?:\s+(?:every|per)\s+(?P<per>\d+\s*[a-z]+|day|week|hour))?"
    r"(?:\s+(?:because|for)\s+(?P<reason>[a-z-]+)(?:[:,]?\s*(?P<text>.+))?)?$",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"[1-9]\d*,\d{3}")
_UNITS = {"hours": "h", "hour": "h", "days": "d", "day": "d", "weeks": "wk", "week": "wk"}
_WRITE = {
    "approve": "Write for instance: /approve i3, /approve rest, or /approve i3 d8=will-monitor: potassium in a week.",
    "reject": "Write for instance: /reject i3 already-done. Reasons: ",
    "edit": "Write for instance: /edit i3 500 mg every 12 h because dose-adjusted.",
}


@dataclass
class DeskSigner:
    """Takes decisions to the desk in one person's name, on the plan with one digest.

    Args:
        name: the id on the worklist.
    """

    desk: Desk
    name: str
    reviewer: Reviewer
    digest: str

    def decide(self, decision: Decision) -> Reply:
        """What came of it. Raises DecisionError."""
        done = self.desk.decide(self.name, self.reviewer, [decision], self.digest)
        anew, self.digest = done.digest != self.digest, done.digest
        counts = {"approved": len(done.approved), "rejected": len(done.rejected), "open": len(done.open)}
        counted = "{plan}: {status}; {approved} approved, {rejected} rejected, {open} open."
        rows = [frame(worded(counted, plan=done.id, status=Phrase(done.status), **counts))]
        if anew:
            again = "The whole plan was checked again and waits under a new digest; read it with /plan before signing."
            without = (
                "The whole plan was drafted without it and checked again and waits under a new digest; read it with /plan before signing."
            )
            rows.append(frame(again if isinstance(decision, Edit) else without))
        return Reply(tuple(rows))


@dataclass
class LateSigner:
    """Puts the plan of a conversation on the worklist with the first decision, and decides there."""

    session: Session
    reviewer: Reviewer
    _signer: DeskSigner | None = None

    def decide(self, decision: Decision) -> Reply:
        """What came of it. Raises DecisionError."""
        signer = self._signer or self._kept()
        done = signer.decide(decision)
        self.session.kept = signer.desk.show(signer.name, self.reviewer).plan
        return done

    def _kept(self) -> DeskSigner:
        desk = Desk()
        name = desk.start(self.session.data, self.session.as_of, patient=self.session.patient, by=self.reviewer)
        self._signer = DeskSigner(desk, name, self.reviewer, self.session.plan.digest)
        return self._signer


def decide(session: Session, verb: str, argument: str) -> Reply:
    """Take a decision, or say why it was not taken."""
    if session.signer is None:
        return reply(frame("Nobody is named who could sign here: start with --reviewer ID --role ROLE, or use the page."), understood=False)
    try:
        return session.signer.decide(decision_said(verb, argument))
    except DecisionError as error:
        return reply(
            frame(worded("Nothing was changed ({reason}): {why}", reason=error.reason, why=str(error))),
            understood=error.reason != "malformed",
        )


def decision_said(verb: str, argument: str) -> Decision:
    """The decision that a line states. Raises DecisionError (`malformed`), with how to write one."""
    if verb == "approve":
        return _approve(argument)
    return _reject(argument) if verb == "reject" else _edit(argument)


def _approve(argument: str) -> Decision:
    item, _, rest = argument.strip().removeprefix("the ").partition(" ")
    if not re.fullmatch(r"i\d+|rest", item):
        raise DecisionError("malformed", _WRITE["approve"])
    if not rest:
        return Approve(item=item)
    found = re.fullmatch(r"(?P<issue>d\d+)=(?P<reason>[a-z-]+)(?::\s*(?P<text>.+))?", rest.strip())
    if not found:
        raise DecisionError("malformed", _WRITE["approve"])
    return Approve(item=item, overrides=(Override(found["issue"], found["reason"], found["text"] or ""),))


def _reject(argument: str) -> Decision:
    item, _, rest = argument.strip().partition(" ")
    reason, _, text = rest.partition(" ")
    reason = reason.rstrip(":,")
    if not re.fullmatch(r"i\d+", item) or reason not in reasons_for("reject"):
        raise DecisionError("malformed", _WRITE["reject"] + ", ".join(reasons_for("reject")) + ".")
    return Reject(item=item, reason=reason, text=text.strip())


def _edit(argument: str) -> Decision:
    found = _EDIT.match(argument.strip())
    if not found:
        raise DecisionError("malformed", _WRITE["edit"])
    if _GROUPED.fullmatch(found["value"]):
        raise DecisionError(
            "malformed", f"{found['value']} is one in one country and a thousand in another: write it without the comma, or with a point."
        )
    return Edit(
        item=found["item"].casefold(),
        reason=found["reason"] or "dose-adjusted",
        text=found["text"] or "",
        amount=PlanQuantity(found["value"].replace(",", "."), found["unit"]),
        per=_interval(found["per"]),
    )


def _interval(text: str | None) -> str | None:
    if text is None:
        return None
    number, unit = re.fullmatch(r"(\d*)\s*([a-z]+)", text.casefold()).groups()  # type: ignore[union-attr]
    return f"{number or 1} {_UNITS.get(unit, unit)}"
