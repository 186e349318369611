"""Which model drafts, where, and for how long: from the environment, else from the `[model]` table of the configuration file.

CAREWRIGHT_MODEL_URL, CAREWRIGHT_MODEL, CAREWRIGHT_MODEL_KEY, and CAREWRIGHT_MODEL_… TIMEOUT, RETRIES, TEMPERATURE, TOKENS, CHOICES,
CRITIC, CRITIC_URL; CAREWRIGHT_PRIVACY names a TOML file with the `[[send]]` tables of the site. What the environment says goes first.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct, structs

from agent.errors import DraftError
from agent.privacy.sent import FILE
from agent.store.place import state_folder

SAME = "same"
"""As the critic's model: the drafter's own."""
_VARIED = 0.7
"""The temperature of several answers, where none is set: at 0 they would be one."""
_MOST_CHOICES = 8
_PREFIX = "CAREWRIGHT_MODEL_"


class NoModelError(DraftError):
    """No model is configured, which is no fault of a configuration."""


class Model(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The `[model]` table. No model is asked where `url` or `name` is empty.

    Attributes:
        url: of the server, ending in /v1.
        name: the model's.
        key_file: a file that holds the key; the key itself stands in no configuration.
        timeout: seconds for everything that one draft asks.
        retries: of a call that the server could not take.
        temperature: 0, or 0.7 where there are several choices and none is given.
        tokens: of one answer at most.
        choices: so many answers are asked for, and what most of them say counts.
        critic: the model that reads the draft again and may object; `same` is the drafter's; empty is none.
        critic_url: where that one is; the drafter's server where empty.
        privacy: a TOML file with `[[send]]` and `[[endpoint]]` tables of the site's own.
    """

    url: str = ""
    name: str = ""
    key_file: str = ""
    timeout: float = 60.0
    retries: int = 2
    temperature: float = 0.0
    tokens: int = 4096
    choices: int = 1
    critic: str = ""
    critic_url: str = ""
    privacy: str = ""

    def faults(self) -> list[str]:
        """What cannot be, a sentence each."""
        faults = [f"model.{name} is {value}; it is above 0" for name in ("timeout", "tokens") if (value := getattr(self, name)) <= 0]
        if not 1 <= self.choices <= _MOST_CHOICES:
            faults.append(f"model.choices is {self.choices}; it is 1 to {_MOST_CHOICES}")
        urls = {name: getattr(self, name) for name in ("url", "critic_url")}
        faults += [
            f"model.{n} is {url!r}; it begins with http:// or https://"
            for n, url in urls.items()
            if url and not url.startswith(("http://", "https://"))
        ]
        return faults + [f"model.{name} is below 0" for name in ("retries", "temperature") if getattr(self, name) < 0]


class Settings(Struct, frozen=True):
    """What one drafter is told; see `Model`. `log` is where the digest of everything that leaves is noted."""

    url: str
    model: str
    key: str = "none"
    timeout: float = 60.0
    retries: int = 2
    privacy: str | None = None
    temperature: float = 0.0
    tokens: int = 4096
    choices: int = 1
    critic: str = ""
    critic_url: str = ""
    log: Path | None = None

    @classmethod
    def of(cls, environment: Mapping[str, str], file: Model | None = None) -> Self:
        """From an environment, and a table of the configuration file below it. Raises NoModelError; DraftError that names what is wrong."""
        table = _with(file or Model(), environment)
        if not table.url or not table.name:
            raise NoModelError("no model is configured: set CAREWRIGHT_MODEL_URL (ending in /v1) and CAREWRIGHT_MODEL, or use the rules")
        if faults := table.faults():
            raise DraftError("; ".join(faults))
        return cls(
            table.url, table.name, environment.get("CAREWRIGHT_MODEL_KEY") or _key(table.key_file), table.timeout, table.retries,
            table.privacy or None, table.temperature, table.tokens, table.choices, table.critic, table.critic_url,
        )  # fmt: skip

    @property
    def heat(self) -> float:
        """The temperature that is asked for."""
        return self.temperature or (_VARIED if self.choices > 1 else 0.0)

    @property
    def of_critic(self) -> Self:
        """The same for the critic."""
        model = self.model if self.critic == SAME else self.critic
        return structs.replace(self, model=model, url=self.critic_url or self.url, temperature=0.0, choices=1)


def configured_settings(instead: Mapping[str, str] | None = None) -> Settings:
    """The settings of the environment (with what is said `instead`) and of the configuration file. Raises DraftError, StoreError."""
    from agent.faces import configuration

    environment = {**os.environ, **{name: value for name, value in (instead or {}).items() if value}}
    return structs.replace(Settings.of(environment, configuration.load().model), log=state_folder() / FILE)


def _with(table: Model, environment: Mapping[str, str]) -> Model:
    names = {"url": "URL", "timeout": "TIMEOUT", "retries": "RETRIES", "temperature": "TEMPERATURE", "tokens": "TOKENS"}
    names |= {"choices": "CHOICES", "critic": "CRITIC", "critic_url": "CRITIC_URL"}
    said = {field: environment[_PREFIX + name] for field, name in names.items() if environment.get(_PREFIX + name)}
    said |= {field: environment[name] for field, name in _OTHERS.items() if environment.get(name)}
    try:
        return msgspec.convert({**structs.asdict(table), **said}, Model, strict=False)
    except msgspec.ValidationError as error:
        raise DraftError("CAREWRIGHT_MODEL_TIMEOUT, _RETRIES, _TEMPERATURE, _TOKENS and _CHOICES are numbers") from error


_OTHERS = {"name": "CAREWRIGHT_MODEL", "privacy": "CAREWRIGHT_PRIVACY"}


def _key(file: str) -> str:
    try:
        return Path(file).read_text("utf-8").strip() if file else "none"
    except (OSError, UnicodeDecodeError) as error:
        raise DraftError("the key_file of the model cannot be read") from error
