"""The whole agent on one page.

`python -m agent.graph` writes this picture, drawn by LangGraph, to `docs/graph.mmd`:

    graph TD;
        __start__ --> read_record;
        read_record -.-> assess;
        read_record -. the patient has died .-> finalize;
        assess --> retrieve;
        retrieve --> draft;
        draft --> check;
        check -. objections, a bounded number of times .-> draft;
        check -. nothing to decide .-> finalize;
        check -.-> review;
        review -. an edit .-> check;
        review -. rejected, another choice is wanted .-> draft;
        review -. every item decided .-> finalize;
        finalize --> __end__;

Every draft and every edit passes `check`; `review` is the only node that waits, once a plan; only `check -> draft` and
`review -> check | draft` turn back. What a run depends on comes with each call: `build().invoke(state, context=context)`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

for _switch in ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2"):
    os.environ[_switch] = "false"  # tracing would post the whole state to a third party, whatever the environment says

from langgraph.graph import END, START, StateGraph  # noqa: E402 - after tracing is off
from langgraph.runtime import Runtime  # noqa: E402

from agent.context import Context  # noqa: E402
from agent.nodes.assess import assess  # noqa: E402
from agent.nodes.check import check  # noqa: E402
from agent.nodes.draft import draft  # noqa: E402
from agent.nodes.finalize import finalize  # noqa: E402
from agent.nodes.read_record import read_record  # noqa: E402
from agent.nodes.retrieve import retrieve  # noqa: E402
from agent.nodes.review import review  # noqa: E402
from agent.state import State  # noqa: E402

if TYPE_CHECKING:
    from langgraph.checkpoint.base import BaseCheckpointSaver
    from langgraph.graph.state import CompiledStateGraph

PICTURE = Path(__file__).resolve().parents[1] / "docs" / "graph.mmd"
STEPS = 40
"""Steps that a run may take at most: each edit takes two, each returned draft two."""


def after_reading(state: State) -> Literal["assess", "finalize"]:
    """A patient who died goes straight on with a plain statement."""
    return "finalize" if state["status"] == "no-plan" else "assess"


def after_check(state: State) -> Literal["draft", "review", "finalize"]:
    """Back with objections; to a human where there is something to decide; else straight on with what the plan states."""
    if state["status"] == "drafting":
        return "draft"
    return "review" if state["plan"]["items"] else "finalize"


def after_review(state: State) -> Literal["check", "draft", "finalize"]:
    """An edit is checked like any draft; what was rejected for another choice is drafted again (as often as the policies allow)."""
    if state["status"] == "drafting":
        return "draft"
    return "check" if state["status"] == "edited" else "finalize"


def build(
    checkpointer: BaseCheckpointSaver[Any] | None = None, context: Context | None = None
) -> CompiledStateGraph[State, Context, State, State]:
    """The graph; with a checkpointer a run survives its process, without one it ends where it would wait.

    Args:
        checkpointer: where runs are kept.
        context: what every run depends on, for servers that cannot hand it over with each call.
    """
    graph = StateGraph(State, context_schema=Context)
    for node in (read_record, assess, retrieve, draft, check):
        if context:
            graph.add_node(node.__name__, _bound(node, context))
        else:
            graph.add_node(node.__name__, node)
    graph.add_node("review", review)
    graph.add_node("finalize", finalize)
    graph.add_edge(START, "read_record")
    graph.add_conditional_edges("read_record", after_reading)
    graph.add_edge("assess", "retrieve")
    graph.add_edge("retrieve", "draft")
    graph.add_edge("draft", "check")
    graph.add_conditional_edges("check", after_check)
    graph.add_conditional_edges("review", after_review)
    graph.add_edge("finalize", END)
    return graph.compile(checkpointer, name="carewright")


def _bound(node: Callable[[State, Runtime[Context]], dict[str, Any]], context: Context) -> Any:
    def with_context(state: State) -> dict[str, Any]:
        return node(state, Runtime(context=context))

    return with_context


def studio() -> CompiledStateGraph[State, Context, State, State]:
    """For `langgraph dev` (`langgraph.json`): looks into runs over the records of the state folder; nothing is signed there."""
    from agent.store.opening import open_database
    from agent.store.records import record

    database = open_database()

    def bytes_of(digest: str) -> bytes:
        with database.reading() as db:
            return record(db, digest)

    return build(context=Context(bytes_of))


@lru_cache(maxsize=1)
def without_checkpoints() -> CompiledStateGraph[State, Context, State, State]:
    """The graph for plans that are made and not kept, compiled once a process."""
    return build()


def kept_by(checkpointer: BaseCheckpointSaver[Any]) -> CompiledStateGraph[State, Context, State, State]:
    """The graph with its runs kept there, without compiling it again."""
    return without_checkpoints().copy({"checkpointer": checkpointer})


def picture() -> str:
    """The graph as LangGraph draws it, in Mermaid."""
    return build().get_graph().draw_mermaid()


if __name__ == "__main__":
    PICTURE.write_text(picture(), "utf-8")
