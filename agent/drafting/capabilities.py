"""What a server and its model can do: found out by the first calls, and kept in the state folder so that it is not found out again."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

Form = Literal["json_schema", "json_object", "text"]
FORMS: tuple[Form, ...] = ("json_schema", "json_object", "text")
"""How an answer's form is asked for, the strictest first; the schema stands in the prompt as well."""
FILE = "model-capabilities.json"


class Traits(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What it was found to do.

    Attributes:
        form: the strictest way of asking for the answer's form that it takes.
        whole: it answers, and refuses to stream.
        without: wishes that it refuses; `max_tokens` is then called `max_completion_tokens`.
    """

    form: Form = "json_schema"
    whole: bool = False
    without: tuple[str, ...] = ()


KNOWN: dict[tuple[str, str], Traits] = {}
"""Server and model → what this process knows."""
_KEPT = msgspec.json.Decoder(dict[str, dict[str, Traits]])


def known(url: str, model: str, folder: Path | None) -> Traits:
    """What is known of a model of a server; of one never asked, that it can do everything."""
    if (url, model) not in KNOWN:
        KNOWN[(url, model)] = _kept(folder).get(url, {}).get(model, Traits())
    return KNOWN[(url, model)]


def learn(url: str, model: str, traits: Traits, folder: Path | None) -> None:
    """Keep what was found out. Where it cannot be written, the next process finds it out anew."""
    if KNOWN.get((url, model)) == traits and folder is not None and _kept(folder).get(url, {}).get(model) == traits:
        return
    KNOWN[(url, model)] = traits
    if folder is not None:
        kept = _kept(folder)
        kept[url] = {**kept.get(url, {}), model: traits}
        part = folder / f".{FILE}.{os.getpid()}"
        with contextlib.suppress(OSError):
            part.write_bytes(msgspec.json.format(msgspec.json.encode(kept), indent=2))
            os.replace(part, folder / FILE)


def _kept(folder: Path | None) -> dict[str, dict[str, Traits]]:
    try:
        return _KEPT.decode((folder / FILE).read_bytes()) if folder else {}
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return {}
