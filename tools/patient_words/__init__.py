"""What a patient is told, in plain words and in more than one language, as data.

    patient_words().medicine("metformin", kinds)   the entry of an ingredient, else of its class, else None
    patient_words().dose("10 mg by mouth once daily", "es")   a dose with the same numbers, or None

Nothing here knows a patient or a plan: who composes a page chooses the entries and fills in the values.
"""

from tools.patient_words.model import LANGUAGES, MedicineWords, Text, Topic, TopicKind
from tools.patient_words.words import PatientWords, in_language, patient_words

__all__ = ["LANGUAGES", "MedicineWords", "PatientWords", "Text", "Topic", "TopicKind", "in_language", "patient_words"]
