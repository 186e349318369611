"""The answers: each sentence from the plan, the record or a tool, with what bears it; never from nothing."""

from __future__ import annotations

import re
from collections.abc import Callable

from agent.chat import about_care, about_doses, about_plan, about_record, about_safety
from agent.chat.deciding import decide
from agent.chat.grammar import COMMANDS, Intent, understand
from agent.chat.session import Reply, Session, frame, reply
from agent.chat.worded import Phrase, worded
from agent.errors import DraftError
from tools.terminology import terminology

_REFUSAL = (
    "I do not help with that. What harms a patient, hides something from the people concerned, or goes round a check or a signature"
    " is not answered here.",
    "If somebody is in danger, call the emergency services; in the United States 988 is there for thoughts of suicide.",
)
_CAN = (
    "I can answer: why or why not a line · what if a fact were another · whether a medicine may be added · doses · options side by side"
    " · values and their course · problems and goals · what is due and when · what to stop · what the patient is told · what guidelines say"
    " · what was not checked · who signs.",
    "For instance: “why i3?”, “what if her eGFR were 25?”, “can she take ibuprofen?”; /help lists every command.",
)


_NEVER_GUESSED = frozenset({"approve", "edit", "reject", "refuse", "help"})
"""What is said of these stands, be it understood or not."""


def answer(session: Session, line: str) -> Reply:
    """Answer a line and keep both in the conversation."""
    intent = understand(line)
    said = _unknown_command(line) if intent is None and line.lstrip().startswith("/") else _said(session, intent)
    if not said.understood and not line.lstrip().startswith("/") and (intent is None or intent.name not in _NEVER_GUESSED):
        said = _by_model(session, line, said)
    session.said.append((line, said))
    return said


def _unknown_command(line: str) -> Reply:
    name = line.split(maxsplit=1)[0]
    return reply(frame(worded("There is no command {name}; /help lists every one.", name=name)), understood=False)


def _said(session: Session, intent: Intent | None) -> Reply:
    known = ANSWERS.get(intent.name) if intent else None
    said = known(session, intent.argument) if known and intent else _at_a_loss()
    if intent and intent.name in {"about", "value"} and not said.understood:
        said = Reply((*said.sentences, *_at_a_loss().sentences), understood=False)
    return said


def _by_model(session: Session, line: str, otherwise: Reply) -> Reply:
    """What a model takes the words for, answered as ever and said to be taken so; `otherwise` where there is none, or it does not help."""
    if session.interpreter is None:
        return otherwise
    if session.tell is not None:
        session.tell("interpret")
    try:
        intent = session.interpreter.meant(line, session.case)
    except DraftError as error:
        failed = worded("The model that was asked what is meant did not help: {why}.", why=str(error))
        return Reply((*otherwise.sentences, frame(failed)), understood=False)
    said = _said(session, intent)
    if intent is None or not said.understood:
        return otherwise
    taken = f"/{intent.name} {intent.argument}".strip()
    return reply(frame(worded("Taken for {question} by {model}.", question=taken, model=session.interpreter.name)), *said.sentences)


def _at_a_loss() -> Reply:
    """What can be asked, in short: whoever asked something else should not have to scroll back to what they had."""
    return reply(*(frame(text) for text in _CAN), understood=False)


def help_(session: Session, _: str) -> Reply:
    """What can be asked."""
    commands = (frame(worded("  {command}: {what}", command=command, what=Phrase(what))) for command, what in COMMANDS.items())
    same = frame("or the same in words: “why start apixaban?”, “what if her eGFR were 25?”, “can she take ibuprofen?”")
    return reply(frame("I can answer:"), *commands, same, understood=False)


def refuse(session: Session, _: str) -> Reply:
    """What is not done here."""
    return Reply(tuple(frame(text) for text in _REFUSAL))


def _needing(argument_of: str, known: Callable[[Session, str], Reply]) -> Callable[[Session, str], Reply]:
    def with_argument(session: Session, argument: str) -> Reply:
        return (
            known(session, argument)
            if argument
            else reply(frame(worded("Write for instance: {example}", example=argument_of)), understood=False)
        )

    return with_argument


def _checked(session: Session, argument: str) -> Reply:
    """“Is her potassium ok?” asks for a value, “is ibuprofen ok?” for a check."""
    bare = re.sub(r"^(?:the|her|his|their) ", "", argument.casefold())
    is_value = about_record.lay_observables(bare) and not terminology().medication(bare).ingredients
    return about_record.value(session, bare) if is_value else about_safety.check(session, argument)


ANSWERS: dict[str, Callable[[Session, str], Reply]] = {
    "why": _needing("/why i3", about_plan.why),
    "why-not": _needing("/why-not apixaban", about_plan.why_not),
    "what-if": _needing("/what-if egfr=25", about_safety.what_if),
    "compare": _needing("/compare i3", about_plan.compare),
    "value": _needing("/value potassium", about_record.value),
    "check": _needing("/check ibuprofen", _checked),
    "dose": _needing("/dose apixaban", about_doses.dose),
    "most": _needing("/dose apixaban", about_doses.most),
    "goal": about_care.goal,
    "need": about_care.need,
    "stops": about_care.stops,
    "due": about_care.due,
    "left-out": about_care.left_out,
    "risk": about_care.risk,
    "has": about_care.has,
    "habit": about_record.habit,
    "size": about_record.size,
    "kinds-taken": about_care.kinds_taken,
    "sure": about_care.sure,
    "why-value": about_care.why_value,
    "overview": about_care.overview,
    "letter": about_care.letter,
    "thanks": about_care.thanks,
    "since-last": about_care.since_last,
    "search": _needing("/search statin intensity", about_safety.search),
    "about": about_record.about,
    "patient": about_record.patient,
    "allergic": about_record.allergies,
    "first": about_plan.first,
    "later": about_plan.later,
    "summary": about_plan.summary,
    "timeline": about_plan.timeline,
    "monitoring": about_plan.monitoring,
    "tell": about_plan.tell,
    "evidence": about_plan.evidence,
    "questions": about_plan.questions,
    "issues": about_safety.issues,
    "medicines": about_record.medicines,
    "problems": about_record.problems,
    "ledger": about_plan.ledger,
    "not-checked": about_plan.not_checked,
    "sign": about_plan.sign,
    "approve": lambda session, argument: decide(session, "approve", argument),
    "edit": lambda session, argument: decide(session, "edit", argument),
    "reject": lambda session, argument: decide(session, "reject", argument),
    "refuse": refuse,
    "help": help_,
}
