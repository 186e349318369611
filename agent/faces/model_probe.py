"""`carewright config model`: whether the configured model may be asked, and whether it answers. What is sent holds no patient's data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from agent.drafting.capabilities import KNOWN, Traits, known
from agent.drafting.model import Talk
from agent.drafting.settings import configured_settings
from agent.privacy.endpoint import destination, refused, site_permissions
from tools.clinical.plan import ModelReport

if TYPE_CHECKING:
    from agent.drafting.settings import Settings

_SCHEMA = {"type": "object", "properties": {"ready": {"type": "boolean"}}, "required": ["ready"], "additionalProperties": False}
_GREETING = [
    {"role": "system", "content": 'Answer with JSON and nothing else: {"ready": true}'},
    {"role": "user", "content": '{"question": "Are you ready?"}'},
]


def place() -> str:
    """Which model drafts, where, and whether a prompt may go there. Raises DraftError where none is configured, or a file cannot be read."""
    return place_of(configured_settings())


def place_of(settings: Settings) -> str:
    """The same of given settings."""
    permissions = site_permissions(settings.privacy)
    missing = refused(settings.url, permissions)
    verdict = f"refused: no [[send]] table allows {', '.join(missing)}" if missing else "permitted"
    return f"{settings.model} at {settings.url} ({destination(settings.url, permissions.endpoints)}), {verdict}"


def greeted() -> Iterator[str]:
    """What there is to know of each model that is configured, a line each; what was known of it is found out anew. Raises DraftError."""
    settings = configured_settings()
    for one in (settings, settings.of_critic) if settings.critic else (settings,):
        yield place_of(one)
        KNOWN[(one.url, one.model)] = Traits()
        talk = Talk(one, _SCHEMA, lambda _what: None)
        said = talk.ask(_GREETING)
        spent = talk.spent(ModelReport())
        traits = known(one.url, one.model, None)
        yield (
            f"it answered {' '.join(said.split())[:60]!r} in {spent.milliseconds / 1000:.1f} s, "
            f"after {spent.calls} call{'s' if spent.calls != 1 else ''}, {spent.prompt_tokens} tokens read, {spent.answer_tokens} written"
        )
        yield f"form: {traits.form}; {'comes whole' if traits.whole else 'streams'}" + (
            f"; without {', '.join(traits.without)}" if traits.without else ""
        )
