"""Doses: which, for whom, how far, and when the table has none.

`calculate_dose` answers with a dose or with the reason why there is none; `next_step` raises or lowers a dose that is taken;
`check_dose` says whether a dose is too much for this patient. The rules are in `doses/`, one file a class of medicines.
"""

from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.checking import check_dose
from tools.dosing.engine import calculate_dose
from tools.dosing.index import index
from tools.dosing.model import DoseFile, Rule
from tools.dosing.steps import next_step

__all__ = ["Adjustment", "DoseAnswer", "DoseFile", "DoseStep", "Rule", "by_legacy_id", "calculate_dose", "check_dose", "knows", "next_step"]


def by_legacy_id(id_: str) -> Rule | None:
    """The rule that came from this row of the raw table; `None` where there is none."""
    entries = index().by_row.get(id_, ())
    return entries[0].rule if entries else None


def knows(id_: str, version: str) -> bool:
    """Whether a dose rule of this id and version is in use."""
    entry = index().by_id.get(id_)
    return entry is not None and entry.ref.version == version
