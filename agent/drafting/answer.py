"""What a model may answer: choices among handles, and sentences. Its JSON Schema, and what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Struct

from agent.checking.wording import sentences, unsupported
from agent.drafting.offer import Offer
from agent.errors import DraftError

LONGEST_WORDING = 600


class Wording(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a line stands, in the model's words, and the facts it draws on."""

    line: str
    text: str
    facts: tuple[str, ...] = ()


class Answer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines in the order of their weight, lines to put off, facts to ask about, wordings, and options to ask about."""

    order: tuple[str, ...]
    defer: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    wording: tuple[Wording, ...] = ()
    prefer: tuple[str, ...] = ()


def answer_schema(offer: Offer) -> dict[str, Any]:
    """JSON Schema in which every handle is an enumeration."""
    lines = {"type": "array", "items": {"enum": list(offer.lines)}, "maxItems": len(offer.lines)}
    facts = {"type": "array", "items": {"enum": list(offer.facts)} if offer.facts else {"type": "string"}, "maxItems": len(offer.facts)}
    worded = _object({"line": {"enum": list(offer.lines)}, "facts": facts, "text": {"type": "string", "maxLength": LONGEST_WORDING}})
    wording = {"type": "array", "items": worded, "maxItems": len(offer.lines)}
    fields = {"order": lines, "defer": lines, "confirm": facts, "wording": wording}
    if offer.options:
        fields["prefer"] = {"type": "array", "items": {"enum": list(offer.options)}, "maxItems": len(offer.options)}
    return _object(fields)


def read_answer(text: str, offer: Offer) -> Answer:
    """The answer in a reply. Raises DraftError where it is not one, or names a handle that was not offered."""
    try:
        answer = msgspec.json.decode(bare_json(text), type=Answer)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise DraftError("the answer is not of the form that was asked for") from error
    lines = {*answer.order, *answer.defer, *(w.line for w in answer.wording)}
    facts = {*answer.confirm, *(f for w in answer.wording for f in w.facts)}
    if lines - offer.lines.keys() or facts - offer.facts.keys() or set(answer.prefer) - offer.options.keys():
        raise DraftError("the answer names handles that were not offered")
    if len(set(answer.order)) != len(answer.order) or len({w.line for w in answer.wording}) != len(answer.wording):
        raise DraftError("the answer names a line twice")
    return answer


def left_out(answer: Answer, offer: Offer) -> tuple[str, ...]:
    """Safety lines that the answer omits or puts off."""
    kept = set(answer.order) - set(answer.defer)
    return tuple(o for o in offer.lines if o in offer.safety and o not in kept)


def struck(answer: Answer, offer: Offer) -> dict[str, tuple[str, ...]]:
    """Line → why its wording cannot stand, a reason for each sentence that is not borne out."""
    found = {worded.line: tuple(_faults(worded, offer)) for worded in answer.wording}
    return {line: reasons for line, reasons in found.items() if reasons}


def _faults(worded: Wording, offer: Offer) -> Iterator[str]:
    if set(worded.facts) - set(offer.cites[worded.line]):
        yield "it cites a fact that does not bear this line"
    if not worded.text.strip() or len(worded.text) > LONGEST_WORDING:
        yield "it is empty or too long"
        return
    sources = (*offer.sources[worded.line], *(offer.facts[f] for f in worded.facts if f in offer.cites[worded.line]))
    yield from filter(None, (unsupported(sentence, sources) for sentence in sentences(worded.text)))


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def bare_json(text: str) -> str:
    """Without a code fence around the whole."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.removeprefix("```").removeprefix("json").removesuffix("```").strip()
    return text
