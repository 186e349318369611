"""A language model as drafter: what it may choose, order and word of what the rules offer, and what is made of its answer.

How it is configured is in `agent.drafting.settings`, how it is called in `agent.drafting.model`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from msgspec import UNSET, structs

from agent.case import Case
from agent.drafting.agreeing import agreed
from agent.drafting.answer import Answer, answer_schema, left_out, read_answer, struck, unborne
from agent.drafting.assemble import assembled
from agent.drafting.critic import critic_schema, criticised
from agent.drafting.model import Talk, Tell
from agent.drafting.offer import Offer, offer_of
from agent.drafting.preferring import Ground
from agent.drafting.prompting import Message, digest_of, prompt, refuse_identifiers
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Settings, configured_settings
from agent.errors import DraftError
from agent.privacy.endpoint import require_permission, site_permissions
from tools.clinical.plan import Criticism, Drafter, ModelReport, Plan

_ROUNDS = 2
"""So often the model is asked for an answer that can be used whole."""


@dataclass(frozen=True)
class ModelDrafter:
    """Drafts with a model; where that fails, the plan of the rules stands and says why. A request in words is never sent.

    Args:
        settings: which model, where.
        tell: told what is being done, a few words each time, while a draft is awaited.
    """

    settings: Settings
    tell: Tell | None = None

    @classmethod
    def configured(cls, request: str | None = None, tell: Tell | None = None, model: str = "", url: str = "") -> Self:
        """From the environment and the configuration; with another model, or one of another server, where they are named.

        Raises:
            DraftError: nothing is configured, or nothing may be sent there.
        """
        settings = configured_settings({"CAREWRIGHT_MODEL": model, "CAREWRIGHT_MODEL_URL": url})
        for one in (settings, settings.of_critic) if settings.critic else (settings,):
            require_permission(one.url, site_permissions(one.privacy))
        return cls(settings, tell)

    def draft(self, case: Case) -> Plan:
        """The rules' lines, ordered and worded by the model as far as the verifier lets it."""
        rules = RulesDrafter().draft(case)
        if not rules.items:
            return rules
        offer = offer_of(case, rules)
        messages = prompt(offer)
        talk = Talk(self.settings, answer_schema(offer), self.tell)
        who = Drafter(kind="model", model=self.settings.model, prompt_digest=digest_of(messages))
        try:
            refuse_identifiers(messages, case)
            answers = _answers(talk, messages, offer)
        except DraftError as error:
            spent = talk.spent(ModelReport())
            who = structs.replace(who, kind="rules", fell_back=str(error), report=spent if spent.calls else UNSET)
            return structs.replace(rules, drafter=who)
        answer, agreement = agreed(answers, offer)
        drafted, counted = assembled(Ground(case, rules, offer, answer))
        counted = structs.replace(counted, choices=len(answers), agreement=agreement)
        if self.settings.critic:
            drafted, criticism = self._criticised(drafted, offer, case, talk)
            counted = structs.replace(counted, critic=criticism)
        return structs.replace(drafted, drafter=structs.replace(who, report=talk.spent(counted)))

    def _criticised(self, drafted: Plan, offer: Offer, case: Case, talk: Talk) -> tuple[Plan, Criticism]:
        second = talk.with_other(self.settings.of_critic, critic_schema(offer))

        def ask(messages: list[Message]) -> str:
            refuse_identifiers(messages, case)
            return second.ask(messages)

        return criticised(drafted, offer, second.settings.model, ask)


def _answers(talk: Talk, messages: list[Message], offer: Offer) -> list[Answer]:
    """As many as are wished for; the first must be usable, of the others those count that are."""
    found = [_best_answer(talk, messages, offer)]
    for seed in range(1, talk.settings.choices):
        reply = _again(talk, messages, seed)
        try:
            found += [] if reply is None else [read_answer(reply, offer)]
        except DraftError:
            continue
    return found


def _best_answer(talk: Talk, messages: list[Message], offer: Offer) -> Answer:
    """An answer; one with faults goes back once, and the second one counts, as far as it can stand."""
    answer, fault = None, ""
    for _ in range(_ROUNDS):
        if fault:
            messages = [*messages[:2], {"role": "user", "content": f"That answer cannot be used: {fault}. Answer again, whole."}]
        reply = talk.ask(messages) if answer is None else _again(talk, messages)
        try:
            answer = answer if reply is None else read_answer(reply, offer)
        except DraftError as error:
            fault = str(error)
            continue
        fault = _faults(answer, offer) if answer else fault
        if answer and not fault:
            return answer
    if answer is None:
        raise DraftError(fault)
    return answer


def _again(talk: Talk, messages: list[Message], seed: int | None = None) -> str | None:
    """A further reply; `None` where the server fails, since the first answer is of use."""
    try:
        return talk.ask(messages, seed)
    except DraftError:
        return None


def _faults(answer: Answer, offer: Offer) -> str:
    parts = [f"the safety line {o} is left out" for o in left_out(answer, offer)]
    parts += [f"the wording of {o}: {reasons[0]}" for o, reasons in struck(answer, offer).items()]
    parts += [f"what is said for {p.option}: {why}" for p in answer.prefer if (why := unborne(p, offer))]
    return "; ".join(parts)
