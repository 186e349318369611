"""From the bytes of a record to a checked plan that nobody has signed: one call, nothing kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from importlib import import_module
from typing import Any

import msgspec

from agent.context import Context, in_memory
from agent.drafting import Drafter
from agent.errors import DraftError
from agent.store.worklist import DrafterName
from tools.clinical.plan import Plan

msgspec.json.Decoder(Plan)
"""Built while the import holds its lock: msgspec learns a type at its first use, and two threads that are first at once end the process."""


def make_plan(
    source: bytes,
    as_of: date,
    *,
    request: str | None = None,
    drafter: DrafterName = "rules",
    patient: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Plan:
    """Draft and check a plan for one patient.

    Args:
        source: the bytes of a FHIR R4 bundle.
        as_of: the date of every judgement; the clock is never looked at.
        request: what the plan is wanted for, in a sentence; a drafter may weigh it, a check never does.
        drafter: who drafts; a model that fails is replaced by the rules, and the plan says so.
        patient: which patient, where the bundle holds several.
        tell: told the name of each node of the graph once it is done, and what a model is about, in a few words.

    Returns:
        A sealed plan that awaits review, or one that says why there is none (`status = "no-plan"`).

    Raises:
        RecordError: the bundle cannot be read.
        DraftError: no usable draft was made.
    """
    digest = source_digest(source)
    return run(in_memory(source, digest, drafter_named(drafter, request, tell)), digest, as_of, patient=patient, request=request, tell=tell)


def run(
    context: Context,
    source: str,
    as_of: date,
    *,
    patient: str | None = None,
    request: str | None = None,
    tell: Callable[[str], None] | None = None,
) -> Plan:
    """One pass through the graph, up to where it would wait for a human."""
    from agent.graph import STEPS, without_checkpoints
    from agent.state import first_state

    state = first_state(source, as_of.isoformat(), patient=patient, request=request)
    graph: Any = without_checkpoints()
    settings = {"recursion_limit": STEPS}
    if tell is None:  # the plan alone is asked for, and nobody reviews: what else the state holds would be put together at each step
        *_, plan = graph.stream(state, settings, context=context, stream_mode="values", output_keys="plan", interrupt_before=("review",))
        return msgspec.convert(plan, Plan)
    ended: dict[str, Any] = {}
    steps = graph.stream(state, settings, context=context, stream_mode=["values", "updates"])
    for kind, news in steps:
        if kind == "values":
            ended = dict(news)
        else:
            for node in (name for name in news if not name.startswith("__")):
                tell(node)
    return msgspec.convert(ended["plan"], Plan)


def source_digest(source: bytes) -> str:
    """What names a record from here on."""
    return "sha256:" + hashlib.sha256(source).hexdigest()


def drafter_named(name: DrafterName, request: str | None = None, tell: Callable[[str], None] | None = None) -> Drafter | None:
    """The drafter of this name; `None` is the embedded one. Raises DraftError where it is not installed."""
    if name == "rules":
        return None
    try:
        model = import_module("agent.drafting.by_model")
    except ModuleNotFoundError as error:
        raise DraftError("this installation has no model drafter; use the rules") from error
    drafter: Drafter = model.ModelDrafter.configured(request, tell)
    return drafter
