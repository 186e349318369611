"""How hard a text is to read: Flesch-Kincaid for English, Szigriszt-Pazos for Spanish.

Only whole sentences count: a heading, a label or an entry of a list that ends without a stop would make any text look easier
than it is. A line break ends a sentence as a stop does. Names that a reader cannot do without (medicines) may be exempted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

_SENTENCE = re.compile(r"[.!?]+(?=\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_VOWELS = re.compile(r"[aeiouy]+")
_HIATUS = re.compile(r"(?<![tscg])i(?:a|o)|eo(?!p|us)|(?<=fl)ui|uie|ua(?=t|l)|iu|ei(?=ng)|(?<=[a-z]{3})ea$")
_IRREGULAR = {"diabetes": 4}
_SILENT_ED = re.compile(r"(?<=[^td])ed$")
_SILENT_ES = re.compile(r"(?<=[^aeiouyscxzgh])es$")
_NUCLEI = re.compile(r"[aeiouáéíóúü]+")
_STRONG_PAIR = re.compile(r"[aáeéoó](?=[aáeéoó])|[íú](?=[aeo])|(?<=[aeo])[íú]")


def grade(text: str, exempt: Collection[str] = ()) -> float:
    """The Flesch-Kincaid grade level of an English text; 0 for an empty one.

    Args:
        text: sentences; line breaks end one.
        exempt: words that are not counted, in small letters.

    Source: Kincaid, Fishburne, Rogers and Chissom, Derivation of new readability formulas for Navy enlisted personnel, 1975:
    0.39 × words per sentence + 11.8 × syllables per word - 15.59.
    """
    found = [words for words in _sentences(text, exempt) if words]
    count = sum(map(len, found))
    if not count:
        return 0.0
    return 0.39 * count / len(found) + 11.8 * sum(syllables(word) for words in found for word in words) / count - 15.59


def ease_in_spanish(text: str, exempt: Collection[str] = ()) -> float:
    """The perspicuity of a Spanish text: above 55 normal, above 65 fairly easy; 100 for an empty one.

    Source: Szigriszt Pazos, Sistemas predictivos de legibilidad del mensaje escrito, 1993, with the bands of Barrio Cantalejo
    (INFLESZ), 2008: 206.835 - 62.3 × syllables per word - words per sentence.
    """
    found = [words for words in _sentences(text, exempt) if words]
    count = sum(map(len, found))
    if not count:
        return 100.0
    return 206.835 - 62.3 * sum(spanish_syllables(word) for words in found for word in words) / count - count / len(found)


def syllables(word: str) -> int:
    """Syllables of an English word, by its groups of vowels; a silent e at the end, in `-ed` and in `-es` is not counted."""
    bare = word.lower()
    if bare in _IRREGULAR:
        return _IRREGULAR[bare]
    count = len(_VOWELS.findall(bare)) + len(_HIATUS.findall(bare))
    silent = bare.endswith("e") and not bare.endswith(("le", "ee", "ie", "ye")) and count > 1
    return max(1, count - silent - bool(_SILENT_ED.search(bare)) - bool(_SILENT_ES.search(bare)))


def spanish_syllables(word: str) -> int:
    """Syllables of a Spanish word: its groups of vowels, and one more where two strong vowels meet."""
    bare = re.sub(r"(?<=[qg])u(?=[eiéí])", "", word.lower())
    bare = re.sub(r"y$", "i", bare)
    return max(1, len(_NUCLEI.findall(bare)) + len(_STRONG_PAIR.findall(bare)))


def _sentences(text: str, exempt: Collection[str]) -> Iterator[list[str]]:
    for line in text.splitlines():
        for sentence in _SENTENCE.split(line):
            yield [word for word in _WORD.findall(sentence) if word.lower() not in exempt]
