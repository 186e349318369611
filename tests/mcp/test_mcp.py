"""The tools, driven by the official client over standard input and output of a real process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, TypeVar

import jsonschema
import pytest

pytest.importorskip("mcp")
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.shared.exceptions import MCPError

from agent.faces import mcp_server, tool_registry

T = TypeVar("T")
DAY = date(2026, 11, 20)


def with_process(ask: Callable[[Client], Awaitable[T]], mode: str = "auto") -> T:
    """What `ask` is answered by a process of its own."""
    process = StdioServerParameters(command=sys.executable, args=["-m", "agent", "mcp", "--as-of", DAY.isoformat()], env=dict(os.environ))

    async def run() -> T:
        async with Client(stdio_client(process), mode=mode) as client:
            return await ask(client)

    with ThreadPoolExecutor(1) as thread:  # other tests of this process may keep a loop running in the main thread
        return thread.submit(lambda: asyncio.run(run())).result()


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


async def list_tools(client: Client) -> dict[str, Any]:
    return {tool.name: tool for tool in (await client.list_tools()).tools}


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_a_client_of_either_era_is_offered_the_tools_of_the_registry(mode: str) -> None:
    offered = with_process(list_tools, mode)
    assert list(offered) == list(tool_registry.NAMES)
    for tool in tool_registry.TOOLS:
        given = offered[tool.name]
        assert given.description == tool.description
        assert given.input_schema == as_json(tool_registry.flat_schema(tool.input))
        assert given.output_schema == as_json(tool_registry.flat_schema(tool.output))
        assert given.annotations.read_only_hint


def test_no_tool_decides_signs_or_releases() -> None:
    verbs = ("approve", "reject", "edit", "sign", "decide", "release", "plan", "order")
    assert [tool.name for tool in mcp_server.described() if any(verb in tool.name for verb in verbs)] == []


def test_every_example_of_every_tool_is_answered_as_on_the_command_line_and_by_its_schema() -> None:
    async def ask(client: Client) -> list[tuple[str, dict[str, Any], Any]]:
        calls = [(tool.name, example.call) for tool in tool_registry.TOOLS for example in tool_registry.examples(tool.name)]
        return [(name, call, (await client.call_tool(name, call)).structured_content) for name, call in calls]

    answers = with_process(ask)
    assert {name for name, _, _ in answers} == set(tool_registry.NAMES)
    for name, call, answer in answers:
        assert answer == tool_registry.call(name, call, DAY)
        jsonschema.validate(answer, tool_registry.flat_schema(tool_registry.tool(name).output))


def test_a_call_of_the_wrong_shape_is_answered_not_checked_and_marked_as_an_error() -> None:
    async def ask(client: Client) -> Any:
        return await client.call_tool("calculate", {"name": ["bmi"]})

    answer = with_process(ask)
    assert answer.is_error
    assert answer.structured_content["status"] == "not_checked"
    assert answer.structured_content["reason"] == "calculate: Expected `str`, got `array` - at `$.name`"


def test_an_unknown_tool_is_refused_by_name() -> None:
    async def ask(client: Client) -> str:
        with pytest.raises(MCPError) as refused:
            await client.call_tool("approve_plan", {})
        return str(refused.value)

    assert "no tool is called 'approve_plan'" in with_process(ask)
