"""The words of the pages, in the reader's language. What a plan itself says comes from the knowledge base and is English."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

WORDS = Path(__file__).parent / "words"
LANGUAGES: Mapping[str, str] = {"en": "English", "es": "Español"}
DEFAULT = "en"


@dataclass(frozen=True)
class Speech:
    """The words of one language.

    Args:
        language: one of `LANGUAGES`.
    """

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The words under `section.name`, with the values put in."""
        return words(self.language)[key].format(**values)

    def other(self, key: str, default: str) -> str:
        """The words under a key that a site's own policies may have coined; else `default`."""
        return words(self.language).get(key, default)

    @property
    def plan_language(self) -> str:
        """What marks the plan's own text for a screen reader, where it is another language than the page's."""
        return "" if self.language == DEFAULT else DEFAULT


@lru_cache(maxsize=8)
def words(language: str) -> Mapping[str, str]:
    """Every word of a language by `section.name`."""
    return dict(_flat(tomllib.loads((WORDS / f"{language}.toml").read_text("utf-8"))))


def chosen(cookie: str | None, accepted: str) -> Speech:
    """The language that was chosen before, else the first that the browser accepts, else English."""
    wishes = [cookie or "", *(part.partition(";")[0].strip().partition("-")[0].lower() for part in accepted.split(","))]
    return Speech(next((wish for wish in wishes if wish in LANGUAGES), DEFAULT))


def _flat(table: Mapping[str, Any], before: str = "") -> list[tuple[str, str]]:
    return [
        pair
        for key, value in table.items()
        for pair in (_flat(value, f"{before}{key}.") if isinstance(value, dict) else [(f"{before}{key}", str(value))])
    ]
