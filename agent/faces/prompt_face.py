"""`plan --show-prompt`: what a model would be sent, where to, and whether it may go there. Nothing is sent, and no connection is made."""

from __future__ import annotations

from agent.case import Case
from agent.drafting.offer import offer_of
from agent.drafting.prompting import digest_of, prompt, refuse_identifiers, shown
from agent.drafting.rules import RulesDrafter
from agent.errors import DraftError
from agent.faces.planning_face import Wish
from agent.privacy.endpoint import NEEDED


def prompt_shown(data: bytes, wish: Wish) -> tuple[str, str]:
    """The prompt of the first call, and what there is to know about it. Raises RecordError, StoreError."""
    case = Case(data, wish.as_of, wish.patient)
    rules = RulesDrafter().draft(case)
    if not rules.items:
        return "", "The rules propose nothing for this patient, so a model would not be asked."
    messages = prompt(offer_of(case, rules))
    size = sum(len(m["content"].encode()) for m in messages)
    about = [
        f"nothing was sent; {size} bytes, digest {digest_of(messages)}",
        f"contents: {', '.join(NEEDED)}; a further call holds the same, and what was wrong with an answer, in handles",
    ]
    try:
        refuse_identifiers(messages, case)
        about.append("no known identifier of the record stands in it")
    except DraftError as error:
        about.append(f"it would be stopped: {error}")
    return shown(messages), "\n".join([*about, *_where()])


def _where() -> list[str]:
    from agent.drafting.settings import configured_settings
    from agent.faces.model_probe import place_of

    try:
        settings = configured_settings()
        return [f"destination: {place_of(one)}" for one in ((settings, settings.of_critic) if settings.critic else (settings,))]
    except DraftError as error:
        return [f"destination: none; {error}"]
