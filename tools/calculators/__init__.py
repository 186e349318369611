"""Clinical calculators: a formula in Python, its units, range, coefficients and source in `knowledge/`.

`calculate` answers one question; `derive` computes all that a patient's facts allow. Nothing is guessed: a missing input, a
unit of another kind or a value outside the formula's range gives a reason instead of a number.
"""

from tools.calculators.derive import Derived, derive
from tools.calculators.engine import calculate, calculators, catalogue
from tools.calculators.model import CalculationAnswer, Calculator, CalculatorFile

__all__ = ["CalculationAnswer", "Calculator", "CalculatorFile", "Derived", "calculate", "calculators", "catalogue", "derive", "knows"]


def knows(id_: str, version: str) -> bool:
    """Whether a knowledge file of this id and version is in use."""
    return any(listed.ref.id == id_ and listed.ref.version == version for listed in catalogue().values())
