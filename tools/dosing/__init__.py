"""Doses: which, for whom, how far, and when the table has none.

`calculate_dose` answers with a dose or with the reason why there is none; `next_step` raises or lowers a dose that is taken, and
`next_basal_dose` that of a basal insulin by fasting glucose; `exchange` gives one opioid or steroid in place of another; `check_dose`
says whether a dose is too much for this patient. The rules are in `doses/`, one file a class of medicines.
"""

from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.checking import check_dose, why_unchecked
from tools.dosing.engine import calculate_dose
from tools.dosing.equivalents import MorphineEquivalents, morphine_equivalents
from tools.dosing.exchange import exchange
from tools.dosing.index import index
from tools.dosing.insulin import next_basal_dose
from tools.dosing.model import DoseFile, Rule
from tools.dosing.parameters import engine_files
from tools.dosing.plausibility import plausible_refs
from tools.dosing.steps import next_step

__all__ = [
    "Adjustment",
    "DoseAnswer",
    "DoseFile",
    "DoseStep",
    "MorphineEquivalents",
    "Rule",
    "calculate_dose",
    "check_dose",
    "exchange",
    "knows",
    "morphine_equivalents",
    "next_basal_dose",
    "next_step",
    "why_unchecked",
]


def knows(id_: str, version: str) -> bool:
    """Whether a dose rule, an engine or the bounds of belief of this id and version are in use."""
    entry = index().by_id.get(id_)
    refs = [entry.ref] if entry else [file.ref() for file in engine_files()] + plausible_refs()
    return any(ref.id == id_ and ref.version == version for ref in refs)
