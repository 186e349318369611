"""Medicines that a formula doses and no table can, by the file that holds the formula's numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from functools import lru_cache

from tools.clinical.facts import Facts
from tools.dosing.answers import DoseAnswer
from tools.dosing.area import dose_for_area
from tools.dosing.genotype_start import genotype_start
from tools.dosing.parameters import engine_files

Formula = Callable[[Facts], DoseAnswer]

FORMULAS: Mapping[str, Formula] = {"area-under-curve": dose_for_area, "genotype-start": genotype_start}


def formula_for(drug: str, use: str) -> Formula | None:
    """What doses a drug for an indication, or by the row of the raw table; `None` where the table does."""
    return _by_use().get((drug, use))


def formula_uses(drug: str) -> Set[str]:
    """The indications for which a formula doses a drug."""
    return {name for file in engine_files() if file.id in FORMULAS and file.drug == drug for name in file.indication}


@lru_cache(maxsize=1)
def _by_use() -> Mapping[tuple[str, str], Formula]:
    files = [file for file in engine_files() if file.id in FORMULAS]
    return {(file.drug, name): FORMULAS[file.id] for file in files for name in (*file.indication, file.legacy_id)}
