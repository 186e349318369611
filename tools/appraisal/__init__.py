"""What a record implies and does not say: suspected findings, the course of values, and points for a review of the medicines.

Nothing here is a diagnosis or a decision. A suspicion names what would confirm it, is never added to the problem list and
starts no treatment; a point of the review is put to the prescriber.
"""

from tools.appraisal.doubts import Doubt, doubts
from tools.appraisal.engine import Point, Suspected, review, suspect
from tools.appraisal.medicines import Burden, Priced, Reason, burdens, price_of, reasons
from tools.appraisal.series import Course, courses
from tools.appraisal.supply import SupplyGap, supply_gaps

__all__ = [
    "Burden",
    "Course",
    "Doubt",
    "Point",
    "Priced",
    "Reason",
    "SupplyGap",
    "Suspected",
    "burdens",
    "courses",
    "doubts",
    "price_of",
    "reasons",
    "review",
    "supply_gaps",
    "suspect",
]
