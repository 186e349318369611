"""`normalize_medication`: what a name, a clinical-drug string or a code stands for."""

from __future__ import annotations

from msgspec import Struct


class Input(Struct, frozen=True, kw_only=True):
    """A text, a code, or both; a code and a text that contradict each other are said to."""

    text: str = ""
    code: str = ""
    system: str = "http://www.nlm.nih.gov/research/umls/rxnorm"
