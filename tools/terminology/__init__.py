"""Names and codes to ingredients, classes, problems, observables, allergens, reactions, immunizations and procedures.

    terminology()           the one object that answers, loaded once a process
    normalize_medication()  the same for one medicine, as a tool answers

A medicine that is not recognised, or only in part, is said to be so; nothing is guessed from a name that resembles another.
"""

from tools.terminology.answer import NormalizedIngredient, NormalizedMedication, normalize_medication
from tools.terminology.facade import FOLDERS, AllergenMatch, Terminology, terminology
from tools.terminology.medications import MedicationMatch
from tools.terminology.observables import Observable

__all__ = [
    "FOLDERS",
    "AllergenMatch",
    "MedicationMatch",
    "NormalizedIngredient",
    "NormalizedMedication",
    "Observable",
    "Terminology",
    "normalize_medication",
    "terminology",
]
