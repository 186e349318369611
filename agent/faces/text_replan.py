"""What became of the previous plan, as text, before the new plan."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.text import Text

from agent.faces.text import MIN_WIDTH
from agent.faces.text_layout import heading, line, pairs
from agent.faces.words import ascii_only
from agent.faces.words_options import count_words
from agent.faces.words_replan import (
    BECAME_WORDS,
    CHANGE_WORDS,
    GOAL_WORDS,
    NEWS_WORDS,
    change_words,
    followed_words,
    goal_state_words,
    since_words,
)
from agent.safe_text import readable
from tools.clinical.replanned import Change, Replan

_STYLES = {"done": "green", "not-done": "bold yellow", "partly": "yellow", "declined": "yellow"}
_LABEL = 14
_NEWS = 12
"""So many news are named; the JSON form names all."""


def replan_text(replan: Replan, *, width: int = 100, colour: bool = False, unicode: bool = True) -> str:
    """What became of the previous plan. The new plan itself is `plan_text`."""
    out = io.StringIO()
    console = Console(
        file=out, width=max(width, MIN_WIDTH), force_terminal=colour, no_color=not colour, highlight=False, markup=False, emoji=False,
        legacy_windows=False,
    )  # fmt: skip
    console.print(Group(*_page(replan)))
    text = "\n".join(row.rstrip() for row in out.getvalue().splitlines()) + "\n"
    return text if unicode else "".join(ascii_only(row) for row in text.splitlines(keepends=True))


def _page(replan: Replan) -> Iterable[RenderableType]:
    yield line(f"Since the plan of {replan.previous_as_of} ({replan.previous_plan_id})", "bold")
    yield line(since_words(replan))
    for remark in replan.remarks:
        yield line(readable(remark), "dim")
    yield from _news(replan)
    yield from heading("What was done")
    yield pairs(_followed(replan), label=_LABEL)
    if replan.goals:
        yield from heading("Goals")
        yield pairs(((GOAL_WORDS[g.state], Text(goal_state_words(g))) for g in replan.goals), label=22)
    moved = [change for change in replan.changes if change.kind != "same"]
    yield from heading("What changed and why")
    yield pairs(((CHANGE_WORDS[change.kind], _change(change)) for change in moved), label=_LABEL) if moved else line("Nothing.")
    if stayed := len(replan.changes) - len(moved):
        yield line(f"{count_words(stayed, 'line')} as before.", "dim")
    if moved_dates := [change for change in replan.changes if change.kind == "same" and change.how]:
        yield line("Counted anew in this plan, and promised for an earlier day: " + "; ".join(map(change_words, moved_dates)) + ".", "dim")
    yield from _questions(replan)
    yield Text("")


def _news(replan: Replan) -> Iterable[RenderableType]:
    if not replan.news:
        return
    yield from heading("New in the record")
    yield pairs(((NEWS_WORDS[fact.kind], Text(readable(fact.text))) for fact in replan.news[:_NEWS]), label=_LABEL)
    if more := len(replan.news[_NEWS:]):
        yield line(f"and {more} more; --format json names all.", "dim")


def _followed(replan: Replan) -> Iterable[tuple[str, Text]]:
    """Each line of which a record can tell; those not yet due, and those of which it cannot tell, together."""
    for one in replan.followed:
        if one.became not in ("not-yet-due", "cannot-tell"):
            yield BECAME_WORDS[one.became], Text(f"{followed_words(one)} [{one.item}]", _STYLES.get(one.became, ""))
    for became in ("not-yet-due", "cannot-tell"):
        names = [f"{one.action} {readable(one.text)} [{one.item}]" for one in replan.followed if one.became == became]
        if names:
            yield BECAME_WORDS[became], Text("; ".join(names), "dim")


def _change(change: Change) -> Text:
    ids = " → ".join(name for name in (change.before, change.after) if name)
    text = Text.assemble((change_words(change), "bold"), (f" [{ids}]", "dim"))
    for n, cause in enumerate(change.causes):
        text.append(f"{' And: ' if n else ' Because: '}{readable(cause.text)}")
    return text


def _questions(replan: Replan) -> Iterable[RenderableType]:
    rows = [("answered", Text(readable(about))) for about in replan.answered] + [
        ("asked now", Text(readable(about))) for about in replan.asked
    ]
    if rows:
        yield from heading("Questions")
        yield pairs(rows, label=_LABEL)
