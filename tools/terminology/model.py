"""What the files of the terminology hold: one kind of document per folder."""

from tools.terminology.model_medicines import (
    HERE,
    ClassEntry,
    ClassFile,
    IngredientEntry,
    IngredientFile,
    MedicationCase,
    ProductFile,
    WordsFile,
)
from tools.terminology.model_values import (
    AllergenFile,
    AllergyCase,
    Band,
    Conversion,
    EventCase,
    EventFile,
    ObservableCase,
    ObservableEntry,
    ObservableFile,
    ObservableKind,
    ProblemCase,
    ProblemFile,
)

__all__ = [
    "HERE",
    "AllergenFile",
    "AllergyCase",
    "Band",
    "ClassEntry",
    "ClassFile",
    "Conversion",
    "EventCase",
    "EventFile",
    "IngredientEntry",
    "IngredientFile",
    "MedicationCase",
    "ObservableCase",
    "ObservableEntry",
    "ObservableFile",
    "ObservableKind",
    "ProblemCase",
    "ProblemFile",
    "ProductFile",
    "WordsFile",
]
