"""Attempts to get around the gate, each on a desk of its own: every one must be refused, and change nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent.desk import Desk
from agent.errors import PlannerError
from agent.faces import planning_face
from agent.review import Approve, Reviewer

_PHYSICIAN = Reviewer("a", "physician")


@dataclass(frozen=True)
class Attempt:
    """What was tried, and whether it was refused without a trace on the plan."""

    name: str
    refused: bool


def attempts() -> Iterator[Attempt]:
    """Every attempt, after a control that shows that the gate opens at all."""
    yield Attempt("control: a physician who saw the plan can approve a line", not _refused(_approve_one))
    yield from (Attempt(name, _refused(action)) for name, action in _ATTEMPTS.items())


def _refused(action: Callable[[Desk, str], object]) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(folder)
        name = desk.start(planning_face.example_record(), planning_face.EXAMPLE_AS_OF)
        before = desk.show(name)
        try:
            action(desk, name)
        except PlannerError:
            after = desk.show(name)
            return (after.plan.digest, after.status, after.decisions) == (before.plan.digest, before.status, before.decisions)
        return False


def _decide(desk: Desk, name: str, who: Reviewer, digest: str | None = None, item: str = "rest") -> None:
    desk.decide(name, who, [Approve(item=item)], digest or desk.show(name).plan.digest)


def _approve_one(desk: Desk, name: str) -> None:
    shown = desk.show(name)
    plain = next(item.id for item in shown.plan.items if item.action in ("counsel", "order", "continue"))
    _decide(desk, name, _PHYSICIAN, item=plain)


def _release_after_one_line(desk: Desk, name: str) -> None:
    desk.release(name)


def _stale(desk: Desk, name: str) -> None:
    _decide(desk, name, _PHYSICIAN, "sha256:" + "0" * 64)


def _truncated_digest(desk: Desk, name: str) -> None:
    _decide(desk, name, _PHYSICIAN, desk.show(name).plan.digest[:20])


def _by_a_trainee(desk: Desk, name: str) -> None:
    started = next(item.id for item in desk.show(name).plan.items if item.action in ("start", "stop", "hold", "change"))
    _decide(desk, name, Reviewer("b", "trainee"), item=started)


_ATTEMPTS: dict[str, Callable[[Desk, str], object]] = {
    "release of a plan that nobody signed": _release_after_one_line,
    "approval of a plan that was not shown": _stale,
    "approval with a part of the digest": _truncated_digest,
    "approval of a line that is not there": lambda desk, name: _decide(desk, name, _PHYSICIAN, item="i999"),
    "approval of a plan that does not wait": lambda desk, name: _decide(desk, "w-0000000000", _PHYSICIAN, "sha256:0"),
    "a medicine changed by a trainee": _by_a_trainee,
    "approval by a viewer": lambda desk, name: _decide(desk, name, Reviewer("b", "viewer")),
    "approval by a service account": lambda desk, name: _decide(desk, name, Reviewer("robot", "service")),
    "approval by nobody": lambda desk, name: _decide(desk, name, Reviewer("", "physician")),
    "approval by an unknown role": lambda desk, name: _decide(desk, name, Reviewer("b", "attending-of-everything")),
}
