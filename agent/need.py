"""Which plan needs a reader first, and how long reading takes: one answer for the pages and for simulations."""

from __future__ import annotations

_URGENCY = {"emergency": 0, "same-day": 1, "routine": 2}
_READING_MINUTES = 2.0
_ITEM_MINUTES = 0.15
_ANSWER_MINUTES = 0.5


def need(urgency: str | None, used_up: float, harm: float = 0.0) -> tuple[int, float]:
    """What to sort by, the neediest first: urgency is never traded; within it, time used up and harm at stake add up.

    Args:
        urgency: of the plan; none known comes last.
        used_up: the part of the time it may wait that is gone.
        harm: weight of what waiting may do, on the same scale: 1 counts as much as the whole time it may wait.
    """
    return _URGENCY.get(urgency or "", len(_URGENCY)), -(used_up + harm)


def reading_minutes(items: int, answers: int) -> float:
    """An estimate of reading and signing: the reading, then each item, and more for each question or reason that is asked for.

    Args:
        items: that are still open.
        answers: warnings that ask for a reason, and questions.
    """
    return _READING_MINUTES + _ITEM_MINUTES * items + _ANSWER_MINUTES * answers
