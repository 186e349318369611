"""Words of a comparison with a previous plan, that text and HTML share."""

from __future__ import annotations

from agent.faces.words import name_words, target_words
from agent.faces.words_options import count_words
from agent.safe_text import readable
from tools.clinical.replanned import Change, Followed, GoalCheck, Replan

BECAME_WORDS = {
    "done": "done",
    "partly": "in part",
    "not-done": "not done",
    "declined": "declined",
    "not-yet-due": "not yet due",
    "cannot-tell": "cannot be told",
}
CHANGE_WORDS = {"new": "new", "gone": "gone", "changed": "changed", "same": "as before"}
GOAL_WORDS = {"met": "met", "not-met": "not met", "no-new-value": "no new value", "not-comparable": "for the team to judge"}
NEWS_WORDS = {
    "value": "value", "problem": "problem", "medicine": "medicine", "allergy": "allergy", "event": "event", "ended": "ended",
}  # fmt: skip


def since_words(replan: Replan) -> str:
    """How much of the previous plan was done, and how much moved."""
    made = [f for f in replan.followed if f.became != "cannot-tell"]
    done = sum(1 for f in made if f.became in ("done", "partly"))
    moved = sum(1 for change in replan.changes if change.kind != "same")
    met = sum(1 for goal in replan.goals if goal.state == "met")
    goals = f"; {met} of {count_words(len(replan.goals), 'goal')} met" if replan.goals else ""
    return (
        f"Of {count_words(len(made), 'line')} of which a record can tell, {done} {'was' if done == 1 else 'were'} done; "
        f"{count_words(moved, 'line')} changed{goals}."
    )


def followed_words(line: Followed) -> str:
    """`stop ibuprofen: It is no longer among the medicines.`"""
    return f"{line.action} {readable(line.text)}: {readable(line.because)}"


def change_words(change: Change) -> str:
    """The line and how it differs."""
    return f"{readable(change.text)}{f' ({readable(change.how)})' if change.how else ''}"


def goal_state_words(goal: GoalCheck) -> str:
    """`HbA1c <7 %: HbA1c 6.8 % (2027-02-01)`."""
    value = f": {readable(goal.value)}" if goal.value else ""
    return f"{name_words(goal.observable)} {target_words(goal.target)}{value}"
