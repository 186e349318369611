"""Routes by which a medicine stays, more or less, where it is put. Each tool says which of them its rules leave out, and why."""

from __future__ import annotations

SURFACES = frozenset({"topical", "cutaneous", "ophthalmic", "otic", "vaginal", "dental", "intravitreal"})
NOSE = frozenset({"nasal", "intranasal"})
LUNGS = frozenset({"inhaled", "inhalation"})
JOINTS = frozenset({"intra-articular"})
