"""What goes with the examples wherever they go: what they are, where from, what was left out, and what they must not be used for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.learning.export import Exported


def datasheet(counts: Exported, digests: Mapping[str, str], consent: str, at: str) -> str:
    """A datasheet as Markdown. Source of the questions: Gebru T et al. Datasheets for datasets. Commun ACM 2021;64(12):86-92."""
    parts = {
        "Why": "To let a language model learn to order and to put off the lines of a plan as a care team does. A model that was tuned with it is "
        "another endpoint, under the same checks as any; it is no medical device and signs nothing.",
        "What it holds": f"{counts.plans} decided plans: {counts.fine_tuning} examples for fine-tuning and {counts.preferences} preference pairs, "
        f"in the JSON Lines formats of OpenAI. Items: {_listed(counts.items)}. Reasons given: {_listed(counts.reasons)}.",
        "Where from": "From the worklist of one site: the first draft, and what its team signed, edited and rejected in the end.",
        "Consent": f"{consent}. Exported {at[:10]}. Records that hold an active Consent which denies are left out, whatever is said here.",
        "What was left out": _listed(counts.left_out) + ".",
        "De-identification": "Facts are codes of this project, values with units, and days ago; ages of 90 and more are one. No free text of a "
        "record, no reason in words, no name of a reviewer, no date and no id is part of an example; what a reviewer wrote into a line loses "
        "names, dates, numbers that identify and places. Every example was searched for every "
        "identifier of its record; where one stood in it, the whole plan was left out. Rare combinations of conditions and values may still "
        "point to a person: share it as you would share pseudonymous data, not as if it were public.",
        "What it is not": "Decisions are of one team, in one place, at one time; they are not outcomes. A rejection may be right for a reason that "
        "no record shows. Lines that stop, hold or change a medicine are never put off in an example, even where they were rejected.",
        "Files": "\n".join(f"- `{name}`: {digest}" for name, digest in digests.items()),
    }
    return "# Datasheet: decisions on treatment plans\n\n" + "\n\n".join(f"## {title}\n\n{text}" for title, text in parts.items()) + "\n"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {n}" for name, n in sorted(counts.items())) or "none"
