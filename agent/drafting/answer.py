"""What a model may answer: choices among handles, and sentences. Its JSON Schema, and what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from agent.checking.wording import sentences, unsupported
from agent.drafting.offer import Offer
from agent.errors import DraftError

LONGEST_WORDING = 600
MOST_PROPOSALS = 2
"""So many medicines from outside of the offer are heard."""
_LONGEST_NAME = 60


class Wording(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Why a line stands, in the model's words, and the facts it draws on."""

    line: str
    text: str
    facts: tuple[str, ...] = ()


class Preference(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An option that should stand in its line, why in the model's words, and the facts they draw on."""

    option: str
    text: str = ""
    facts: tuple[str, ...] = ()


class Proposal(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A medicine that nothing of the offer names, and the facts for which the team should think of it."""

    medicine: str
    facts: tuple[str, ...] = ()


class Answer(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Lines in the order of their weight, lines to put off, facts to ask about, wordings, options to choose instead, and what is missing."""

    order: tuple[str, ...]
    defer: tuple[str, ...] = ()
    confirm: tuple[str, ...] = ()
    wording: tuple[Wording, ...] = ()
    prefer: tuple[Preference, ...] = ()
    propose: tuple[Proposal, ...] = ()


_ANSWER = msgspec.json.Decoder(Answer)


def answer_schema(offer: Offer) -> dict[str, Any]:
    """JSON Schema in which every handle is an enumeration."""
    lines = {"type": "array", "items": {"enum": list(offer.lines)}, "maxItems": len(offer.lines)}
    facts = {"type": "array", "items": {"enum": list(offer.facts)} if offer.facts else {"type": "string"}, "maxItems": len(offer.facts)}
    worded = _object({"line": {"enum": list(offer.lines)}, "facts": facts, "text": {"type": "string", "maxLength": LONGEST_WORDING}})
    wording = {"type": "array", "items": worded, "maxItems": len(offer.lines)}
    fields = {"order": lines, "defer": lines, "confirm": facts, "wording": wording}
    if offer.options:
        said = {"option": {"enum": list(offer.options)}, "facts": facts, "text": {"type": "string", "maxLength": LONGEST_WORDING}}
        fields["prefer"] = {"type": "array", "items": _object(said), "maxItems": len(offer.options)}
    new = _object({"medicine": {"type": "string", "maxLength": _LONGEST_NAME}, "facts": facts})
    fields["propose"] = {"type": "array", "items": new, "maxItems": MOST_PROPOSALS}
    return _object(fields)


def read_answer(text: str, offer: Offer) -> Answer:
    """The answer in a reply. Raises DraftError where it is not one, or names a handle that was not offered."""
    try:
        answer = _ANSWER.decode(bare_json(text))
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise DraftError("the answer is not of the form that was asked for") from error
    lines = {*answer.order, *answer.defer, *(w.line for w in answer.wording)}
    borne: tuple[Wording | Preference | Proposal, ...] = (*answer.wording, *answer.prefer, *answer.propose)
    facts = {*answer.confirm, *(f for part in borne for f in part.facts)}
    options = [preference.option for preference in answer.prefer]
    if lines - offer.lines.keys() or facts - offer.facts.keys() or set(options) - offer.options.keys():
        raise DraftError("the answer names handles that were not offered")
    preferred = [offer.options[a].line for a in options]
    if any(len(set(once)) != len(once) for once in (answer.order, [w.line for w in answer.wording], preferred)):
        raise DraftError("the answer names a line twice")
    if len(answer.propose) > MOST_PROPOSALS or any(len(p.medicine) > _LONGEST_NAME for p in answer.propose):
        raise DraftError("the answer proposes too much")
    return answer


def left_out(answer: Answer, offer: Offer) -> tuple[str, ...]:
    """Safety lines that the answer omits or puts off."""
    kept = set(answer.order) - set(answer.defer)
    return tuple(o for o in offer.lines if o in offer.safety and o not in kept)


def struck(answer: Answer, offer: Offer) -> dict[str, tuple[str, ...]]:
    """Line → why its wording cannot stand, a reason for each sentence that is not borne out."""
    found = {worded.line: tuple(_faults(worded, offer)) for worded in answer.wording}
    return {line: reasons for line, reasons in found.items() if reasons}


def unborne(preference: Preference, offer: Offer) -> str:
    """Why what a preference says cannot stand; empty where it can. It speaks of the option: the line's own medicine is no word of its sources."""
    option = offer.options[preference.option]
    chosen = offer.lines[option.line].subject.text.casefold()
    own = (f"{option.name} {key.replace('_', ' ')} {text}" for key, text in option.said.items() if key != "name")
    sources = tuple(source for source in (*own, *offer.sources[option.line]) if chosen not in source.casefold())
    return next(_of(preference.text, preference.facts, sources, option.line, offer), "")


def _faults(worded: Wording, offer: Offer) -> Iterator[str]:
    yield from _of(worded.text, worded.facts, offer.sources[worded.line], worded.line, offer)


def _of(text: str, facts: Sequence[str], sources: tuple[str, ...], line: str, offer: Offer) -> Iterator[str]:
    if set(facts) - set(offer.cites[line]):
        yield "it cites a fact that does not bear this line"
    if not text.strip() or len(text) > LONGEST_WORDING:
        yield "it is empty or too long"
        return
    cited = (offer.facts[f] for f in facts if f in offer.cites[line])
    yield from filter(None, (unsupported(sentence, (*sources, *cited)) for sentence in sentences(text)))


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def bare_json(text: str) -> str:
    """Without a code fence around the whole."""
    text = text.strip()
    if text.startswith("```") and text.endswith("```"):
        return text.removeprefix("```").removeprefix("json").removesuffix("```").strip()
    return text
