"""Medicines that act where they are put: they neither add to a load nor cause what a tablet causes."""

from __future__ import annotations

from tools.clinical.facts import MedicationUse

LOCAL_ROUTES = frozenset(
    {"topical", "cutaneous", "ophthalmic", "otic", "nasal", "intranasal", "vaginal", "dental", "intravitreal", "intra-articular"}
)
"""Inhaled medicines count; so do drops for the eye in the few entries that name a kind of drops."""

_DROPS = frozenset({"prostaglandin-eye", "alpha2-agonist-eye", "carbonic-anhydrase-inhibitor-eye"})


def systemic(use: MedicationUse) -> bool:
    """Not known to act only where it is put."""
    return use.route not in LOCAL_ROUTES or bool(use.kinds & _DROPS)
