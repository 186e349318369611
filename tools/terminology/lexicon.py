"""Names and codes of medicines, with what they stand for; classes closed over their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tools.clinical.facts import Ingredient
from tools.terminology.model import ClassEntry, ClassFile, IngredientEntry, IngredientFile, ProductFile
from tools.terminology.spelling import Speller
from tools.terminology.systems import NDC, RXNORM, SNOMED
from tools.terminology.text import name_key

Names = tuple[str, ...]
_SYSTEMS = {"rxnorm": RXNORM, "snomed": SNOMED, "ndc": NDC}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that a medicine's name or code can be looked up in.

    Attributes:
        names: name under `name_key` → ingredient names.
        codes: RxNorm ingredient code → ingredient name, for codes that may decide alone.
        unsure_codes: codes that were not seen in a public source; they only confirm what a text says.
        coded: system and code of a product → the clinical drug as a string.
        ambiguous: abbreviations that stand for more than one medicine.
        foreign: names of real medicines that are not covered; never corrected into another.
        generic: the ingredients' own names; brands resemble ordinary words too often to be corrected without more to go by.
    """

    ingredients: Mapping[str, Ingredient]
    names: Mapping[str, Names]
    codes: Mapping[str, str]
    unsure_codes: Mapping[str, str]
    coded: Mapping[tuple[str, str], str]
    class_names: Mapping[str, str]
    kinds: Mapping[str, frozenset[str]]
    members: Mapping[str, Names]
    ambiguous: frozenset[str]
    foreign: frozenset[str]
    generic: frozenset[str]
    speller: Speller


def build_lexicon(files: Iterable[IngredientFile], products: Iterable[ProductFile], classes: Iterable[ClassFile]) -> Lexicon:
    """The lexicon of these files; a name that two ingredients claim belongs to neither."""
    entries = [entry for file in files for entry in file.ingredient]
    products = tuple(products)
    kinds, members = close_classes(entries, [entry for file in classes for entry in file.class_])
    names = _names(entries, products)
    foreign = frozenset(name_key(name) for file in products for name in file.not_covered) - names.keys()
    rivals: dict[str, object] = {**names, **{name: (name, "") for name in foreign}}
    return Lexicon(
        ingredients={e.name: Ingredient(e.name, e.rxcui if e.confidence != "unsure" else None) for e in entries},
        names=names,
        codes={code: e.name for e in entries if e.confidence != "unsure" for code in _codes(e)},
        unsure_codes={code: e.name for e in entries if e.confidence == "unsure" for code in _codes(e)},
        coded={(_SYSTEMS[entry.system], entry.code): entry.drug for file in products for entry in file.coded},
        class_names=_class_names([entry for file in classes for entry in file.class_]),
        kinds=kinds,
        members=members,
        ambiguous=frozenset(name_key(name) for file in products for name in file.ambiguous),
        foreign=foreign,
        generic=frozenset(name_key(entry.name) for entry in entries),
        speller=Speller(rivals, frozenset(name_key(name) for file in products for pair in file.look_alike for name in pair)),
    )


def close_classes(entries: Iterable[IngredientEntry], classes: Iterable[ClassEntry]) -> tuple[dict[str, frozenset[str]], dict[str, Names]]:
    """For every ingredient all the classes above it (and its own name), and for every class its ingredients, sorted."""
    above: dict[str, set[str]] = {}
    for entry in classes:
        for part in entry.of:
            above.setdefault(part, set()).add(entry.name)
    kinds: dict[str, frozenset[str]] = {}
    members: dict[str, list[str]] = {entry.name: [] for entry in classes}
    for ingredient in entries:
        kinds[ingredient.name] = frozenset(ascend((ingredient.name, *ingredient.classes), above))
        for kind in kinds[ingredient.name] - {ingredient.name}:
            members.setdefault(kind, []).append(ingredient.name)
    for name in members:
        kinds[name] = frozenset(ascend((name,), above))
    return kinds, {name: tuple(sorted(found)) for name, found in members.items()}


def ascend(names: Iterable[str], above: Mapping[str, Iterable[str]]) -> set[str]:
    """These names and everything above them."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(above.get(name, ()))
    return found


def _names(entries: Iterable[IngredientEntry], products: Iterable[ProductFile]) -> dict[str, Names]:
    found: dict[str, Names] = {}
    for entry in entries:
        for name in (entry.name, *entry.names):
            found[name_key(name)] = (entry.name,)
    for file in products:
        for product in file.product:
            for name in product.names:
                found[name_key(name)] = product.of
    for file in products:
        for name in file.ambiguous:
            found.pop(name_key(name), None)
    return found


def _codes(entry: IngredientEntry) -> Names:
    return (entry.rxcui, *entry.codes) if entry.rxcui else entry.codes


def _class_names(classes: Iterable[ClassEntry]) -> dict[str, str]:
    return {name_key(name): entry.name for entry in classes for name in (entry.name, *entry.aliases)}
