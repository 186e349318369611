"""What the graph carries: plain JSON, small. The record itself stays outside, by its digest (ADR 4)."""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

STATE_VERSION = 1

Progress = Literal["reading", "drafting", "awaiting-review", "edited", "approved", "partly-approved", "rejected", "no-plan"]


class State(TypedDict, total=False):
    """One run.

    Attributes:
        version: of this shape; a run of another version is refused, never guessed at.
        source: digest of the bundle's bytes.
        as_of: the date of every judgement, `YYYY-MM-DD`.
        patient: which patient, where the bundle holds several.
        request: what the plan is wanted for, in the words of whoever asked.
        assessment: computed values, what could not be computed, issues of today's regimen.
        options: modules that are active and recommendations that hold.
        struck: ingredients that must not be proposed again in this run.
        refused: what people rejected and had drafted again, with the reason's code.
        rounds: how often a draft was made since people last spoke.
        draft: the plan as drafted or edited, before `check`.
        plan: the plan as checked and sealed.
        objections: what `check` said against the last draft, a sentence each.
        edited: whether a human changed the draft; such a draft is checked and shown, never sent back to a drafter.
        verdict: what `review` was answered: edits, or the outcome of every item.
        status: where the run stands.
    """

    version: int
    source: Required[str]
    as_of: Required[str]
    patient: str | None
    request: str | None
    assessment: dict[str, Any]
    options: dict[str, Any]
    struck: list[str]
    refused: list[dict[str, Any]]
    rounds: int
    draft: dict[str, Any]
    plan: dict[str, Any]
    objections: list[str]
    edited: bool
    verdict: dict[str, Any]
    status: Progress


def first_state(source: str, as_of: str, *, patient: str | None = None, request: str | None = None) -> State:
    """The state that a run begins with."""
    return State(version=STATE_VERSION, source=source, as_of=as_of, patient=patient, request=request)
