"""Talking to a language model: any server that speaks OpenAI's Chat Completions, asked in the strictest way that it takes.

How it is configured is in `agent.drafting.settings`; what is asked, and what is made of an answer, in `agent.drafting.by_model`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import lru_cache
from ssl import SSLContext
from typing import Any, cast
from urllib.parse import urlsplit

from httpx2 import Client, ConnectError, HTTPError, create_ssl_context
from msgspec import structs
from openai import APIConnectionError, APIStatusError, OpenAI, OpenAIError

from agent.drafting.capabilities import FORMS, Traits, known, learn
from agent.drafting.prompting import Message, Schema, digest_of
from agent.drafting.replies import read_reply, streamed, whole
from agent.drafting.settings import Settings
from agent.errors import DraftError
from agent.privacy.endpoint import NEEDED, destination, site_permissions
from agent.privacy.sent import note_sent
from tools.clinical.plan import ModelReport

Tell = Callable[[str], None]
_FIRST_WAIT = 0.2
"""Seconds before a call is tried again where the server names none; doubled each time."""
_LOG = logging.getLogger("carewright.model")
_CANNOT = frozenset({400, 415, 422, 500, 501})
"""What servers answer to a form, or to a stream, that they do not know."""
_WISHES = frozenset({"temperature", "max_tokens"})
_MEANS = {
    401: "it does not accept the key",
    403: "the key may not use this model",
    404: "it does not know the model, or the url does not end in /v1",
    413: "the prompt is too long for it",
    429: "it is asked too often",
}


class Talk:
    """The calls of one draft, or for one question: one deadline, one ladder, and what they cost. `what` are the contents that leave."""

    def __init__(self, settings: Settings, schema: Schema, tell: Tell | None = None, what: tuple[str, ...] = NEEDED) -> None:
        self.settings, self.schema, self.tell, self.what = settings, schema, tell, what
        self.began = time.monotonic()
        self.deadline = self.began + settings.timeout
        self.cost = {"calls": 0, "prompt_tokens": 0, "answer_tokens": 0}

    def with_other(self, settings: Settings, schema: Schema) -> Talk:
        """Another model in the same talk: same deadline, same bill."""
        other = Talk(settings, schema, self.tell)
        other.deadline, other.cost = self.deadline, self.cost
        return other

    def spent(self, base: ModelReport) -> ModelReport:
        """A report with the costs filled in."""
        return structs.replace(base, **self.cost, milliseconds=round((time.monotonic() - self.began) * 1000))

    def ask(self, messages: list[Message], seed: int | None = None) -> str:
        """The reply's text, asked for in the strictest way that the server takes. Raises DraftError."""
        url, model, folder = self.settings.url, self.settings.model, self.settings.log.parent if self.settings.log else None
        traits, tries = known(url, model, folder), 0
        live = self.tell is not None and not traits.whole
        while True:
            try:
                body = self._send(messages, traits, seed, live=live)
            except APIStatusError as error:
                if less := self._less(error, traits, live=live):
                    traits, live = less
                    folder = folder if error.status_code < 500 else None  # it may have stumbled: not to be kept
                    continue
                self._wait(error, tries)
                tries += 1
                continue
            except (APIConnectionError, HTTPError) as error:
                raise DraftError(_unanswered(error, url)) from error
            except OpenAIError as error:
                raise DraftError("the server's answer could not be used") from error
            learn(url, model, structs.replace(traits, whole=traits.whole or (self.tell is not None and not live)), folder)
            reply = read_reply(body)
            self.cost["prompt_tokens"] += reply.prompt_tokens
            self.cost["answer_tokens"] += reply.answer_tokens
            return reply.text

    def _less(self, error: APIStatusError, traits: Traits, *, live: bool) -> tuple[Traits, bool] | None:
        """What to ask for instead of what the server refused, and whether as a stream; `None` where there is nothing less."""
        if error.status_code not in _CANNOT:
            return None
        if (refused := error.param or "") in _WISHES - set(traits.without):
            return structs.replace(traits, without=(*traits.without, refused)), live
        if live:
            return traits, False
        if traits.form == FORMS[-1]:
            return None
        return structs.replace(traits, form=FORMS[FORMS.index(traits.form) + 1]), self.tell is not None and not traits.whole

    def _wait(self, error: APIStatusError, tries: int) -> None:
        """As long as the server asks for, before the next try. Raises DraftError where there is none, or it would come too late."""
        hopeless = error.status_code != 429 and error.status_code < 500
        pause = _seconds(error.response.headers.get("retry-after"), _FIRST_WAIT * 2**tries)
        if hopeless or tries >= self.settings.retries or time.monotonic() + pause >= self.deadline:
            means = _MEANS.get(error.status_code)
            raise DraftError(f"the server answered {error.status_code}{f': {means}' if means else ''}") from error
        self._tell(f"the server asks to wait {pause:.0f} s")
        time.sleep(pause)

    def _send(self, messages: list[Message], traits: Traits, seed: int | None, *, live: bool) -> bytes:
        if (left := self.deadline - time.monotonic()) <= 0:
            raise DraftError("the time for this draft is over")
        self.cost["calls"] += 1
        self._note(messages)
        self._tell(f"{self.settings.model} is asked")
        extra: dict[str, Any] = {} if seed is None else {"seed": seed}
        if traits.form == "json_schema":
            extra["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": self.schema}}
        elif traits.form == "json_object":
            extra["response_format"] = {"type": "json_object", "schema": self.schema}
        extra |= {"stream": True, "stream_options": {"include_usage": True}} if live else {}
        client = OpenAI(
            base_url=self.settings.url, api_key=self.settings.key, timeout=left, max_retries=0,
            http_client=Client(follow_redirects=False, trust_env=destination(self.settings.url) != "this-machine", timeout=left, verify=_tls()),
        )  # fmt: skip
        wish: dict[str, Any] = {"model": self.settings.model, "temperature": self.settings.heat, "max_tokens": self.settings.tokens}
        refused = {name: wish.pop(name) for name in traits.without}
        wish |= {"max_completion_tokens": refused["max_tokens"]} if "max_tokens" in refused else {}
        with (
            client,
            client.chat.completions.with_streaming_response.create(messages=cast(Any, messages), **wish, **extra) as response,
        ):
            comes = response.headers.get("content-type", "").startswith("text/event-stream")
            chunks = response.iter_bytes()
            body = streamed(chunks, self.deadline, self._tell) if live and comes else whole(chunks, self.deadline)
        self._tell(f"{self.settings.model} has answered")
        return body

    def _note(self, messages: list[Message]) -> None:
        """The digest of what is about to leave; what cannot be noted does not leave."""
        digest, size = digest_of(messages), sum(len(m["content"].encode()) for m in messages)
        _LOG.info("prompt %s to %s", digest, self.settings.model)
        if self.settings.log is None:
            return
        to = destination(self.settings.url, site_permissions(self.settings.privacy).endpoints)
        try:
            note_sent(self.settings.log, to=to, url=self.settings.url, model=self.settings.model, digest=digest, size=size, what=self.what)
        except OSError as error:
            raise DraftError("what leaves cannot be noted in the log, so nothing was sent") from error

    def _tell(self, what: str) -> None:
        if self.tell is not None:
            self.tell(what)


@lru_cache(maxsize=1)
def _tls() -> SSLContext:
    """Read from disk once; for each call it would cost more than everything else of it."""
    return create_ssl_context()


def _unanswered(error: Exception, url: str) -> str:
    """No word of the address but its host and port: a key may stand in the rest."""
    if isinstance(error.__cause__, ConnectError):
        return f"nothing answers at {urlsplit(url).netloc.rpartition('@')[2]}"
    return "the server did not answer whole and in time"


def _seconds(said: str | None, usual: float) -> float:
    """A Retry-After in seconds; a date, or nonsense, is taken as the usual pause."""
    return float(said) if said and said.isascii() and said.isdigit() else usual
