"""The tools for LangChain are the tools of the registry: same names, same schemas, same answers."""

from __future__ import annotations

from datetime import date

from agent.faces import tool_registry
from agent.langchain_tools import langchain_tools

DAY = date(2026, 11, 20)
BMI = {"name": "bmi", "inputs": {"weight": {"value": 82, "unit": "kg"}, "height": {"value": 163, "unit": "cm"}}}


def test_names_descriptions_and_schemas_are_those_of_the_registry() -> None:
    made = langchain_tools(DAY)
    assert [tool.name for tool in made] == list(tool_registry.NAMES)
    for tool, registered in zip(made, tool_registry.TOOLS, strict=True):
        assert tool.description == registered.description
        assert tool.args_schema == tool_registry.flat_schema(registered.input)


def test_the_answer_is_that_of_the_command_line() -> None:
    tool = next(tool for tool in langchain_tools(DAY) if tool.name == "calculate")
    assert tool.invoke(BMI) == tool_registry.call("calculate", BMI, DAY)


def test_a_call_of_the_wrong_shape_is_answered_and_not_raised() -> None:
    tool = next(tool for tool in langchain_tools(DAY) if tool.name == "calculate")
    answer = tool.invoke({"name": ["bmi"]})
    assert (answer["status"], answer["reason"]) == ("not_checked", "calculate: Expected `str`, got `array` - at `$.name`")


def test_every_description_says_when_not_to_use_the_tool() -> None:
    assert [tool.name for tool in tool_registry.TOOLS if "Not for" not in tool.description] == []
