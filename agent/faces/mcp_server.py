"""The read-only tools for whatever speaks the Model Context Protocol: the same names, schemas and answers as `carewright tool`.

There is no tool that plans for the record, decides, signs or releases; a client of this protocol cannot act on a patient.
"""

from __future__ import annotations

from datetime import date
from functools import partial
from importlib.metadata import version
from typing import Any

import anyio
import mcp_types as types
import msgspec
from anyio.to_thread import run_sync
from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.shared.exceptions import MCPError

from agent.faces import tool_registry

_INSTRUCTIONS = (
    "Deterministic look-ups for medicines, doses, interactions, contraindications, formulas and guidelines. They read nothing of a patient but what a "
    "call brings, keep nothing, and decide nothing: a plan is signed by a person, elsewhere. Every answer is found, nothing_found or not_checked with "
    "the reason; nothing_found speaks of what was given only."
)


def server(as_of: date) -> Server[Any]:
    """The server, not yet listening.

    Args:
        as_of: the date of every judgement; a model does not choose it.
    """
    return Server(
        "carewright",
        title="Carewright tools",
        version=version("carewright"),
        instructions=_INSTRUCTIONS,
        on_list_tools=_list,
        on_call_tool=partial(_call, as_of),
    )


def serve(as_of: date) -> None:
    """Answer on standard input and output until the client goes."""
    anyio.run(_serve, as_of)


async def _serve(as_of: date) -> None:
    tools = server(as_of)
    async with stdio_server() as (read, write):
        await tools.run(read, write, tools.create_initialization_options())


def described() -> list[types.Tool]:
    """Every tool of the registry, marked as one that only reads."""
    hints = types.ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    return [
        types.Tool(
            name=tool.name,
            title=tool.summary,
            description=tool.description,
            input_schema=tool_registry.flat_schema(tool.input),
            output_schema=tool_registry.flat_schema(tool.output),
            annotations=hints,
        )
        for tool in tool_registry.TOOLS
    ]


async def _list(_: Any, __: types.PaginatedRequestParams | None) -> types.ListToolsResult:
    return types.ListToolsResult(tools=described())


async def _call(as_of: date, _: Any, params: types.CallToolRequestParams) -> types.CallToolResult:
    if params.name not in tool_registry.NAMES:
        raise MCPError(types.INVALID_PARAMS, f"no tool is called {params.name!r}; there are {', '.join(tool_registry.NAMES)}")
    answer, refused = await run_sync(_answer, params.name, params.arguments or {}, as_of)
    text = types.TextContent(type="text", text=msgspec.json.encode(answer).decode())
    return types.CallToolResult(content=[text], structured_content=answer, is_error=refused)


def _answer(name: str, arguments: dict[str, Any], as_of: date) -> tuple[dict[str, Any], bool]:
    """The answer, and whether the call was of another shape than the tool's: then it says so, and may be mended."""
    try:
        return tool_registry.call(name, arguments, as_of), False
    except tool_registry.CallError as error:
        return tool_registry.refused(name, str(error)), True
