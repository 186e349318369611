"""What the patient reads: a page from a plan, and the sentence or two that each item of the plan carries.

    patient_page(plan, "es")     the page as values; `agent.faces.patient_text` and `patient_page` show it
    instructed(plan)             the plan with `patient_instruction` in every item

Nothing here judges: what is done, the doses and the dates are the plan's, the plain words are knowledge.
"""

from agent.patient.instructing import instructed
from agent.patient.page import patient_page
from agent.patient.shape import Card, Page, Part, Row

__all__ = ["Card", "Page", "Part", "Row", "instructed", "patient_page"]
