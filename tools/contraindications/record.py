"""Entries of the record that contradict themselves: shown as issues, since a plan built on them may be about another medicine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.clinical.facts import Facts, MedicationUse
from tools.contraindications.findings import Finding
from tools.contraindications.index import Index


def record_faults(index: Index, medications: Sequence[MedicationUse], facts: Facts) -> Iterator[Finding]:
    """One finding for each fault that the knowledge speaks of; those of a medicine that is over are left out."""
    meant = {ready.record.finding: ready for ready in index.records}
    uses = {name: use for use in (*facts.medications, *medications) for name in (use.reference, *use.also)}
    named = {allergy.reference: allergy.text for allergy in facts.allergies}
    for fault in facts.data_issues:
        ready, use = meant.get(fault.kind), uses.get(fault.about)
        if ready is None or (use is not None and not use.taken):
            continue
        allergens = () if use else (named.get(fault.about, fault.about),)
        yield Finding(ready, "DATA", () if use is None else (use,), (fault.about,), allergens=allergens, remark=fault.reason)
