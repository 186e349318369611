"""What the files of medicines and their words hold: one kind of document per folder."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from msgspec import Struct

from tools.clinical.knowledge import Confidence, Document
from tools.clinical.sourcing import twice

HERE = Path(__file__).parent


class IngredientEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An active ingredient: RxNorm ingredient code, other names (synonyms, abbreviations, brands that hold it alone), classes.

    `confidence = "unsure"` marks a code that was not seen in a public source; the name itself is sure.
    """

    name: str
    rxcui: str | None = None
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    confidence: Confidence = "probable"


class MedicationCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A text or RxNorm code and the ingredients it stands for; an empty list: not recognised."""

    name: str
    expect: tuple[str, ...]
    text: str = ""
    code: str = ""


class IngredientFile(Document, frozen=True, kw_only=True):
    """`ingredients/`: by first letter."""

    ingredient: tuple[IngredientEntry, ...]
    case: tuple[MedicationCase, ...] = ()

    def faults(self) -> list[str]:
        return twice(entry.name for entry in self.ingredient)

    def case_failures(self) -> list[str]:
        return _medication_failures(self.case)


class ProductEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Names of a product that holds several ingredients, or whose name does not tell what it holds."""

    names: tuple[str, ...]
    of: tuple[str, ...]


class CodedProduct(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A code below the ingredient and the clinical drug it stands for, as a string that the parser reads."""

    code: str
    drug: str
    system: Literal["rxnorm", "snomed", "ndc"] = "rxnorm"


class ProductFile(Document, frozen=True, kw_only=True):
    """`products/`: brands of combinations, and codes of common products."""

    product: tuple[ProductEntry, ...] = ()
    coded: tuple[CodedProduct, ...] = ()
    ambiguous: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = ()
    look_alike: tuple[tuple[str, ...], ...] = ()
    case: tuple[MedicationCase, ...] = ()

    def faults(self) -> list[str]:
        return twice(entry.code for entry in self.coded)

    def case_failures(self) -> list[str]:
        return _medication_failures(self.case)


class ClassEntry(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A class of medicines. `of` names its parts, classes or ingredients; the rest of its members name it themselves.

    `routes`: only by these is a member of the class what the class means (a steroid for the nose is no inhaled steroid).
    """

    name: str
    title: str = ""
    aliases: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    routes: tuple[str, ...] = ()


class ClassCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An ingredient, and a class that it is or is not a member of."""

    name: str
    ingredient: str
    member_of: str
    expect: bool


class ClassFile(Document, frozen=True, kw_only=True, rename={"class_": "class"}):
    """`classes/`."""

    class_: tuple[ClassEntry, ...] = ()
    case: tuple[ClassCase, ...] = ()

    def faults(self) -> list[str]:
        return twice(entry.name for entry in self.class_)

    def case_failures(self) -> list[str]:
        from tools.terminology import terminology

        known = terminology()
        return [case.name for case in self.case if (case.member_of in known.kinds_of(case.ingredient)) is not case.expect]


class SaltEntry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A salt or release that decides what an ingredient is good for: the class that it is, and the words that tell it."""

    kind: str
    ingredient: str
    words: tuple[str, ...]


class WordsFile(Document, frozen=True, kw_only=True):
    """`words/`: the words of clinical-drug strings that name no ingredient."""

    forms: dict[str, str]
    routes: dict[str, str]
    salts: tuple[str, ...]
    fillers: tuple[str, ...]
    units: dict[str, str]
    salt: tuple[SaltEntry, ...] = ()
    case: tuple[MedicationCase, ...] = ()

    def case_failures(self) -> list[str]:
        return _medication_failures(self.case)


def _medication_failures(cases: tuple[MedicationCase, ...]) -> list[str]:
    from tools.terminology.cases import medication_failures

    return medication_failures(cases)
