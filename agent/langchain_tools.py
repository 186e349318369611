"""The same seven tools for models that are driven by LangChain; the only module that knows it."""

from __future__ import annotations

from datetime import date
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool

from agent.faces import tool_registry


def langchain_tools(as_of: date) -> list[BaseTool]:
    """Every tool of the registry, under the same name, with the same description and input schema.

    Args:
        as_of: the date of every judgement; a model does not choose it.

    Returns:
        Tools that answer with the same JSON objects as `carewright tool`. A call of the wrong shape is answered
        `not_checked` with the reason, so that a model can mend it.
    """
    return [_wrap(tool, as_of) for tool in tool_registry.TOOLS]


def _wrap(tool: tool_registry.Tool, as_of: date) -> BaseTool:
    def ask(**arguments: Any) -> dict[str, Any]:
        try:
            return tool_registry.call(tool.name, arguments, as_of)
        except tool_registry.CallError as error:
            return tool_registry.refused(tool.name, str(error))

    return StructuredTool.from_function(
        func=ask, name=tool.name, description=tool.description, args_schema=tool_registry.flat_schema(tool.input), infer_schema=False
    )
