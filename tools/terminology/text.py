"""How names are compared: lower case, plain hyphens and spaces, nothing that a keyboard adds."""

from __future__ import annotations

import re
import unicodedata

_LONG_DASHES = str.maketrans({"‐": "-", "‑": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "​": "", "®": "", "™": ""})
_NOT_IN_NAMES = re.compile(r"[^a-z0-9+#%/'.]+")
_VAGUE = re.compile(r"\b(?:unspecified|uncomplicated|nos|not otherwise specified|site unspecified|nonspecific)\b")
_TAIL = re.compile(r"\s+(?:without|with|due to|of native|complicating|associated with)\s.*$|\s*[,;(].*$|\s+-\s.*$")
_DOUBT = re.compile(
    r"\b(?:no|not|non|never|denies|denied|negative|absent|absence|ruled|rule|resolved|remission|suspected|possible|probable|family|history|hx|h/o|"
    r"risk|screening|screen|exposure|prevention|prophylaxis|immunity|mother|father|previous|past|former|status)\b"
)
_SEMANTIC_TAG = re.compile(
    r"\s*\((?:disorder|finding|situation|procedure|event|person|substance|product|organism|regime/therapy|morphologic abnormality|observable entity)\)\s*$",
    re.IGNORECASE,
)


def plain_text(text: str) -> str:
    """Lower case, without accents, trade marks and typographic dashes; spaces single."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text.translate(_LONG_DASHES)) if not unicodedata.combining(c))
    return " ".join(text.lower().split())


def name_key(text: str) -> str:
    """The form under which names are looked up: hyphens, commas and brackets count as spaces, apostrophes as nothing, `sulph` as `sulf`."""
    return _NOT_IN_NAMES.sub(" ", plain_text(text)).replace("'", "").replace("sulph", "sulf").strip(" .")


def without_tag(text: str) -> str:
    """A SNOMED CT display without its semantic tag."""
    return _SEMANTIC_TAG.sub("", text)


def spoken_forms(text: str) -> tuple[str, ...]:
    """A diagnosis as written, then without vague words, then without what follows its head (`with …`, `, …`).

    What is cut off only makes a diagnosis narrower, so the head stays true; a text that doubts, denies or dates it is left whole, and
    of one that asks (`?hypertension`) nothing is left.
    """
    whole = plain_text(without_tag(text))
    if whole.startswith("?") or whole.endswith("?"):
        return ()
    if _DOUBT.search(whole):
        return (whole,)
    clear = " ".join(_VAGUE.sub(" ", whole).split()).strip(" ,;")
    return tuple(dict.fromkeys((whole, clear, _TAIL.sub("", clear))))
