"""The seven tools as they are called from outside: the command line, LangChain, and any other face take them from here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from importlib import import_module, resources
from typing import Any

import msgspec
from msgspec import Struct

from agent.errors import ClinicalError, KnowledgeError
from agent.faces.answering.shapes import Answer
from agent.faces.unknown_fields import unknown_fields
from tools.clinical.answer import Outcome


class Example(Struct, frozen=True, forbid_unknown_fields=True):
    """A call and the status of its answer."""

    tool: str
    title: str
    call: dict[str, Any]
    status: Outcome


class CallError(ValueError):
    """The call is not JSON, or not of the tool's shape. The message names the field."""


@dataclass(frozen=True)
class Tool:
    """A tool by name; what it takes, gives and does is imported when it is first asked.

    Args:
        name: public, the same everywhere.
        summary: one line.
        description: for whoever chooses among tools: what it answers, what it does not, and when not to use it.
    """

    name: str
    summary: str
    description: str

    @cached_property
    def _module(self) -> Any:  # a module with Input, Output and run
        return import_module(f"agent.faces.answering.{self.name}")

    @property
    def input(self) -> type[Struct]:
        """What goes in."""
        found: type[Struct] = self._module.Input
        return found

    @property
    def output(self) -> type[Answer]:
        """What comes out."""
        found: type[Answer] = self._module.Output
        return found

    @property
    def run(self) -> Callable[[Any, date], Answer]:
        """The function behind it."""
        found: Callable[[Any, date], Answer] = self._module.run
        return found


def flat_schema(shape: type[Struct]) -> dict[str, Any]:
    """The JSON Schema of a shape with its own fields on top and the shapes inside it under `$defs`."""
    described = msgspec.json.schema(shape)
    inner = described["$defs"]
    name = described["$ref"].rpartition("/")[2]
    return {**inner[name], "$defs": {key: value for key, value in inner.items() if key != name}}


_ALWAYS = "Every answer has a status: found, nothing_found, or not_checked with the reason. Missing data is never taken as normal."

TOOLS: tuple[Tool, ...] = (
    Tool(
        "normalize_medication",
        "a name, clinical-drug string or code → ingredients, strength, form, route",
        "Recognises a medicine from a brand, generic or misspelt name, a clinical-drug string or a code, and gives its ingredients with RxNorm codes, "
        "strength, form and route. Use it before anything else about a medicine whose name is free text. Not for finding out what a medicine is for, "
        f"nor for diseases or laboratory tests. {_ALWAYS}",
    ),
    Tool(
        "check_interactions",
        "a list of medicines (and the patient) → interactions, each with severity, consequence and action",
        "Checks a whole list of medicines against each other: pairs, classes, and combinations of three and more, raised or lowered by what is given of the "
        "patient. Give the complete list, proposed medicines included. Not for allergies, diseases or doses: those are check_contraindications and "
        f"calculate_dose. A medicine that was not recognised is named as not checked. {_ALWAYS}",
    ),
    Tool(
        "check_contraindications",
        "one medicine and a patient → what speaks against it: disease, allergy, pregnancy, age, laboratory, duplicates",
        "Checks one medicine against one patient: diseases, allergies with cross-reactivity, pregnancy and lactation, age, laboratory values, duplicate therapy, "
        f"missing companion therapy. Not for interactions of several medicines, and not a licence to start: an empty answer speaks of what was given only. {_ALWAYS}",
    ),
    Tool(
        "calculate_dose",
        "a medicine, an indication and a patient → dose, maximum and the adjustments that apply",
        "Gives the labelled or guideline dose for this patient with renal, hepatic, weight and age adjustments, or says which data are missing. "
        "With `instead_of`, what to begin with of one opioid or systemic steroid in place of another; with `fasting_glucose`, the next dose of a basal insulin. Not for deciding "
        f"whether the medicine is indicated or safe; and never a dose where an input is implausible. {_ALWAYS}",
    ),
    Tool(
        "calculate",
        "the name of a clinical formula or score and its inputs → value, unit, formula, source",
        "Computes a published formula or score. Every input is {value, unit}; a wrong unit is refused, never guessed. Call it with the name alone to be told what "
        f"it needs. Not for interpreting the value. {_ALWAYS}",
    ),
    Tool(
        "pharmacogenomics",
        "a medicine and a genotype or phenotype → the recommendation",
        "Gives the published recommendation for a medicine and a diplotype or phenotype. Not for interpreting raw sequence; a gene without a call is never normal. "
        f"{_ALWAYS}",
    ),
    Tool(
        "search_guidelines",
        "words and conditions → recommendations with grade, version and locator",
        "Finds recommendations of clinical guidelines by words and conditions. Not for the label of a medicine, for doses or for interactions; what it gives is a "
        f"starting point with its source, not a decision for this patient. {_ALWAYS}",
    ),
)
NAMES: tuple[str, ...] = tuple(tool.name for tool in TOOLS)
_BY_NAME = {tool.name: tool for tool in TOOLS}


def tool(name: str) -> Tool:
    """The tool of that name. Raises KeyError."""
    return _BY_NAME[name]


def ask(name: str, arguments: dict[str, Any], as_of: date) -> Answer:
    """Call a tool.

    Args:
        name: one of `NAMES`.
        arguments: as JSON gives them; fields that the tool does not know are named in the answer's `not_used`.
        as_of: the date of the judgement.

    Raises:
        CallError: the arguments have another shape than the tool's input.
    """
    which = _BY_NAME[name]
    try:
        given = msgspec.convert(arguments, which.input)
    except msgspec.ValidationError as error:
        raise CallError(f"{name}: {error}") from None
    strange = unknown_fields(arguments, which.input)
    try:
        found = which.run(given, as_of)
    except KnowledgeError:
        raise
    except ClinicalError as error:
        found = which.output(tool=name, status="not_checked", reason=str(error))
    return _without_silence(msgspec.structs.replace(found, not_used=(*(f"{path}: no such field" for path in strange), *found.not_used)))


def _without_silence(found: Answer) -> Answer:
    """Nothing is found only where the whole question was understood: what was passed over might have changed it."""
    if found.status != "nothing_found" or found.reason or not found.not_used:
        return found
    return msgspec.structs.replace(found, status="not_checked", reason=f"not understood, and it may matter: {'; '.join(found.not_used)}")


def call(name: str, arguments: dict[str, Any], as_of: date) -> dict[str, Any]:
    """Call a tool; the answer as plain JSON values. Raises CallError."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(ask(name, arguments, as_of)))
    return found


def answer(name: str, arguments: bytes, as_of: date) -> bytes:
    """Call a tool with JSON; the answer as one line of JSON. Raises CallError."""
    try:
        given = msgspec.json.decode(arguments)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise CallError(f"the call is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise CallError("the call is not a JSON object")
    return msgspec.json.encode(ask(name, given, as_of))


def refused(name: str, reason: str) -> dict[str, Any]:
    """The answer to a call that could not be read."""
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(_BY_NAME[name].output(tool=name, status="not_checked", reason=reason)))
    return found


def examples(name: str) -> tuple[Example, ...]:
    """Calls of a tool that say what it does; `carewright conformance` asks them."""
    text = (resources.files("agent.faces.answering") / "examples.toml").read_text("utf-8")
    return tuple(example for example in msgspec.convert(tomllib.loads(text)["example"], tuple[Example, ...]) if example.tool == name)


def describe(name: str) -> str:
    """Name, description, input and output schema, as JSON."""
    which = _BY_NAME[name]
    described = {
        "name": which.name,
        "description": which.description,
        "examples": examples(name),
        "input_schema": flat_schema(which.input),
        "output_schema": flat_schema(which.output),
    }
    return msgspec.json.format(msgspec.json.encode(described), indent=2).decode()
