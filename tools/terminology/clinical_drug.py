"""Reading a clinical-drug string: quantity, ingredients, strengths, form, route, brand, in the order people write them.

Every part must be resolved. What is neither a name nor a word of `words/` stays in `unresolved`, and the answer is partial.

Source: RxNorm technical documentation, naming conventions; the rest are habits seen in real exports ("Lasix 40mg").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tools.clinical.errors import UnitMismatchError
from tools.clinical.quantity import Quantity, unit_dimension
from tools.terminology.lexicon import Lexicon, Names
from tools.terminology.model import WordsFile
from tools.terminology.text import name_key, plain_text

_BRAND = re.compile(r"\[([^\[\]]*)\]")
_PACK = re.compile(r"\((?=[^()]*[a-z]{3})((?:[^()]|\([^()]*\))*)\)")
_PREFIX = re.compile(r"^(?:nda\d+\s+|\d[\d.,]*\s*(?:ml|hr|hours?|actuat|day)\s+(?=\S))+")
_PART = re.compile(r"\s+/\s+|\s\+\s|\s+and\s+|\s+with\s+|\s*[;&]\s*|\s+plus\s+")
_STRENGTH = re.compile(r"(?<![\w./-])(\d[\d,]*(?:\.\d+)?)\s*-?(%|[a-z]+)(?:\s*(?:/|per)\s*(\d*\.?\d*)\s*(24hr|[a-z]+))?(?![\w%])")
_SERIES = re.compile(
    r"(?<![\w./-])(\d+(?:\.\d+)?(?:[-/]\d+(?:\.\d+)?)+)\s*(mg|mcg|ug|g)\b(?!\s*-?\s*(?:mg|mcg|ug|g)\b)(?!\s*(?:/|per)\s*[\d.]*\s*(?:ml|l|g|kg|hr|h)\b)"
)
_NUMBER = re.compile(r"^(?:[\d.,/%+#x'-]+(?:hr|mg|ml|mcg|ug|g|h|d|day|actuat|unt|meq|u|x)?|q\d+(?:-\d+)?(?:h|hr|hrs|d|wk|w|mo)?|nda\d+)$")
_JOINED = re.compile(r"(?<![a-z])([a-z]{4,})(\d[\d.]*\s*(?:mg|mcg|g|ml|meq|units?)\b)")
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")
_LONGEST = 6
_STEM = 6
"""Letters by which an ingredient is found in a text that shortens it (`hydrochlorot`)."""
_LONGEST_PHRASE = 40


@dataclass(slots=True)
class ParsedDrug:
    """What a string says.

    Attributes:
        strengths: ingredient → strength, where the string gives one to a single ingredient, or one to each in a row.
        unresolved: parts that could not be read; the screening of this medicine is incomplete.
        corrected: names as written → as read, where the spelling was corrected.
        medicinal: a strength or a dose form says that this is about a medicine at all.
        salts: classes of the salts or releases that the string names, where these decide what it is good for.
    """

    ingredients: list[str] = field(default_factory=list)
    strengths: dict[str, Quantity] = field(default_factory=dict)
    form: str | None = None
    route: str | None = None
    unresolved: list[str] = field(default_factory=list)
    corrected: dict[str, str] = field(default_factory=dict)
    classes: list[str] = field(default_factory=list)
    medicinal: bool = False
    salts: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Something was recognised and nothing was left over."""
        return bool(self.ingredients) and not self.unresolved


class DrugReader:
    """Reads clinical-drug strings with a lexicon and a list of words that name no ingredient."""

    def __init__(self, lexicon: Lexicon, words: WordsFile) -> None:
        self._lexicon = lexicon
        self._words = words
        listed = (*words.salts, *words.fillers, *words.forms, *words.routes, *words.units)
        self._ignored = frozenset(word for entry in listed for word in (entry, *name_key(entry).split()))

    def read(self, text: str) -> ParsedDrug:
        """What the string says; an empty result where it names no medicine."""
        drug = ParsedDrug()
        whole = self._lexicon.names.get(name_key(text))
        if whole:
            drug.ingredients.extend(whole)
            self._read_salts(text, drug)
            return drug
        plain = plain_text(text)
        drug.medicinal = self._is_medicinal(plain)
        brands = [name_key(brand) for brand in _BRAND.findall(plain)]
        for part in self._parts(_JOINED.sub(r"\1 \2", _BRAND.sub(" ", plain))):
            self._read_part(part, drug)
        self._read_form(plain, drug)
        for brand in brands:
            self._read_brand(brand, drug)
        self._read_series(plain, drug)
        self._read_salts(text, drug)
        return drug

    def _read_series(self, plain: str, drug: ParsedDrug) -> None:
        """Strengths written in a row (`50-1000 mg`): one for each ingredient, in the order of the names, else in that of the label."""
        found = _SERIES.findall(plain)
        names = _in_order_of(plain, drug.ingredients)
        if drug.strengths or len(found) != 1 or len(names) < 2 or drug.unresolved:
            return
        numbers, unit = found[0]
        values = re.split(r"[-/]", numbers)
        if len(values) == len(names) and (ucum := self._words.units.get(unit)):
            drug.strengths.update((name, Quantity(Decimal(value), ucum)) for name, value in zip(names, values, strict=True))

    def _read_salts(self, text: str, drug: ParsedDrug) -> None:
        words = frozenset(name_key(_BRAND.sub(r" \1 ", plain_text(text))).split())
        drug.salts.extend(s.kind for s in self._words.salt if s.ingredient in drug.ingredients and not words.isdisjoint(s.words))

    def _is_medicinal(self, plain: str) -> bool:
        dosed = any(match.group(2) in self._words.units for match in _STRENGTH.finditer(plain))
        return dosed or any(word in self._words.forms for word in name_key(plain).split())

    def _parts(self, plain: str) -> Iterator[str]:
        inner = _PACK.findall(plain) if "{" in plain else [plain]
        for text in inner or [plain.replace("{", " ").replace("}", " ")]:
            yield from _PART.split(_PREFIX.sub("", text.strip()))

    def _read_part(self, part: str, drug: ParsedDrug) -> None:
        strengths = list(_STRENGTH.finditer(part))
        found = self._resolve(part, drug)
        if not found and (lone := [word for word in name_key(part).split() if word in self._words.salts]):
            drug.unresolved.append(" ".join(lone))
        known = [name for name in found if name not in drug.ingredients]
        drug.ingredients.extend(known)
        quantity = self._strength(strengths)
        if quantity and len(set(found)) == 1:
            drug.strengths.setdefault(found[0], quantity)

    def _strength(self, matches: list[re.Match[str]]) -> Quantity | None:
        quantities = [quantity for match in matches if (quantity := self._quantity(match))]
        return quantities[0] if len(quantities) == 1 else None

    def _quantity(self, match: re.Match[str]) -> Quantity | None:
        number, unit, per, other = match.groups()
        ucum = self._words.units.get(unit)
        if ucum is None or ucum in {"h", "d", "mL", "L", "{puff}", "{tablet}", "{dose}"}:
            return None
        value = _decimal(number)
        if other:
            below = self._words.units.get(other)
            if below is None:
                return None
            ucum, value = f"{ucum}/{below}", value / (Decimal(per) if per else Decimal(1))
        try:
            unit_dimension(ucum)
        except UnitMismatchError:
            return None
        return Quantity(value, ucum)

    def _resolve(self, part: str, drug: ParsedDrug) -> list[str]:
        tokens = _expand(name_key(_STRENGTH.sub(self._without_strength, part)).split())
        found: list[str] = []
        strange: list[str] = []
        position = 0
        while position < len(tokens):
            names, size = self._longest(tokens, position)
            if names:
                self._misread(strange, found, drug)
                found.extend(names)
            elif not self._says_nothing(tokens[position]):
                strange.append(tokens[position])
            else:
                self._misread(strange, found, drug)
            position += size
        self._misread(strange, found, drug)
        return list(dict.fromkeys(found))

    def _without_strength(self, match: re.Match[str]) -> str:
        return " " if match.group(2) in self._words.units else match.group(0)

    def _longest(self, tokens: list[str], position: int) -> tuple[Names, int]:
        names = self._lexicon.names
        for size in range(min(_LONGEST, len(tokens) - position), 0, -1):
            known = names.get(" ".join(tokens[position : position + size]))
            if known and not (size == 1 and self._is_salt(tokens, position)):
                return known, size
        return (), 1

    def _is_salt(self, tokens: list[str], position: int) -> bool:
        return position > 0 and tokens[position - 1] != "/" and tokens[position] in self._words.salts

    def _says_nothing(self, token: str) -> bool:
        return token in self._ignored or bool(_NUMBER.match(token)) or len(token) == 1

    def _misread(self, strange: list[str], found: list[str], drug: ParsedDrug) -> None:
        """Settle a run of unknown words: a class, a misspelt name, or unresolved."""
        if not strange:
            return
        phrase = " ".join(strange)
        strange.clear()
        named = self._lexicon.class_names.get(phrase)
        if named:
            drug.classes.append(named)
            drug.unresolved.append(phrase)
            return
        for words in dict.fromkeys((phrase, *phrase.split()) if len(phrase) <= _LONGEST_PHRASE else phrase.split()):
            self._correct(words, phrase, found, drug)
            if phrase in drug.corrected:
                return
        unread = [word for word in phrase.split() if word not in drug.corrected]
        if unread:
            drug.unresolved.append(" ".join(unread))

    def _correct(self, words: str, phrase: str, found: list[str], drug: ParsedDrug) -> None:
        if words in self._lexicon.foreign or words in self._lexicon.ambiguous or phrase in self._lexicon.ambiguous:
            return
        name = self._lexicon.speller.nearest(words)
        ingredients = self._lexicon.names.get(name, ()) if name else ()
        if name and ingredients and (drug.medicinal or name in self._lexicon.generic):
            drug.corrected[words] = name
            found.extend(ingredients)

    def _read_form(self, plain: str, drug: ParsedDrug) -> None:
        words = name_key(plain).split()
        drug.form = _last(words, self._words.forms)
        stated = {word: route for word, route in self._words.routes.items() if word not in self._words.forms}
        drug.route = _last(words, stated) or _last(words, self._words.routes)

    def _read_brand(self, brand: str, drug: ParsedDrug) -> None:
        """A known brand completes the ingredients; one that holds none of them is a contradiction and stays unresolved."""
        known = self._lexicon.names.get(brand)
        if not known:
            return
        if set(drug.ingredients) < set(known):
            drug.ingredients.extend(name for name in known if name not in drug.ingredients)
            drug.unresolved.clear()
        elif set(known).isdisjoint(drug.ingredients):
            drug.unresolved.append(brand)


def _in_order_of(plain: str, names: list[str]) -> list[str]:
    """The names in the order in which the text has them, where it has them all."""
    places = {name: plain.find(name.replace("-", " ")[:_STEM]) for name in names}
    return sorted(names, key=places.__getitem__) if min(places.values(), default=-1) >= 0 else names


def _decimal(number: str) -> Decimal:
    """A strength as a number: a comma before three digits groups them (`10,000 units`), any other is a decimal point (`2,5 mg`)."""
    return Decimal(number.replace(",", "") if _GROUPED.fullmatch(number) or number.count(",") != 1 else number.replace(",", "."))


def _last(words: list[str], table: Mapping[str, str]) -> str | None:
    return next((table[word] for word in reversed(words) if word in table), None)


def _expand(tokens: list[str]) -> list[str]:
    """Words joined by a slash as words of their own, with the slash between them; numbers such as 70/30 stay."""
    found: list[str] = []
    for token in tokens:
        parts = re.split(r"(/)", token) if "/" in token and not _NUMBER.match(token) else [token]
        found.extend(part.strip(".") for part in parts if part.strip("."))
    return found
