"""Doses: which, for whom, how far, and when the table has none.

`calculate_dose` answers with a dose or with the reason why there is none; `next_step` raises or lowers a dose that is taken;
`check_dose` says whether a dose is too much for this patient. The rules are in `doses/`, one file a class of medicines.
"""

from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.area import dose_for_area
from tools.dosing.checking import check_dose, why_unchecked
from tools.dosing.engine import calculate_dose
from tools.dosing.equivalents import MorphineEquivalents, convert_steroid, morphine_equivalents, rotate_opioid
from tools.dosing.genotype_start import genotype_start
from tools.dosing.index import index
from tools.dosing.insulin import titrate_basal_insulin
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
    "by_legacy_id",
    "calculate_dose",
    "check_dose",
    "convert_steroid",
    "dose_for_area",
    "genotype_start",
    "knows",
    "morphine_equivalents",
    "next_step",
    "rotate_opioid",
    "titrate_basal_insulin",
    "why_unchecked",
]


def by_legacy_id(id_: str) -> Rule | None:
    """The rule that came from this row of the raw table; `None` where there is none."""
    entries = index().by_row.get(id_, ())
    return entries[0].rule if entries else None


def knows(id_: str, version: str) -> bool:
    """Whether a dose rule, an engine or the bounds of belief of this id and version are in use."""
    entry = index().by_id.get(id_)
    refs = [entry.ref] if entry else [file.ref() for file in engine_files()] + plausible_refs()
    return any(ref.id == id_ and ref.version == version for ref in refs)
