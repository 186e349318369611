"""No sequence of submissions, by any mix of roles, settles an item without the signatures that it needs."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.errors import DecisionError
from agent.review import Approve, Override, Reject, Reviewer
from agent.signing import Recorded, admit, standing, superseding

ROLES = ("physician", "nurse-practitioner", "pharmacist", "nurse", "trainee", "viewer", "system")
PEOPLE = st.builds(Reviewer, st.sampled_from(("a", "b", "c")), st.sampled_from(ROLES))
ITEMS = st.sampled_from(("i1", "i2", "i3", "i4", "rest"))
OVERRIDES = st.sampled_from(((), (Override("d1", "benefit-outweighs"),), (Override("d1", "because"),), (Override("d2", "palliative"),)))
DECISIONS = st.one_of(
    st.builds(Approve, item=ITEMS, overrides=OVERRIDES),
    st.builds(Reject, item=ITEMS, reason=st.sampled_from(("already-done", "because"))),
)
SUBMISSIONS = st.lists(st.tuples(PEOPLE, st.lists(DECISIONS, min_size=1, max_size=3)), max_size=12)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=SUBMISSIONS)
def test_nothing_is_settled_without_its_signatures(make: SimpleNamespace, said: list[tuple[Reviewer, list[Approve | Reject]]]) -> None:
    plan = make.plan(
        make.item("i1", "start", "amlodipine"),  # a contraindication stands against it: two people, the first a physician
        make.item("i2", "start", "ramipril"),  # an issue asks for a reason unless i3 is done
        make.item("i3", "stop", "naproxen", "MedicationRequest/n1"),
        make.item("i4"),
        issues=(make.issue("d1", "i1", severity="contraindicated"), make.issue("d2", "i2", handled_by=("i3",))),
    )
    rows: list[Recorded] = []
    refused: set[str] = set()
    for number, (who, decisions) in enumerate(said):
        with suppress(DecisionError):
            rows = superseding(rows, admit(plan, rows, who, decisions, f"2026-11-20T00:00:{number:02}"))
        now = standing(plan, rows)
        assert sorted((*now.approved, *now.rejected, *(o.item for o in now.open))) == ["i1", "i2", "i3", "i4"]
        assert refused <= set(now.rejected)  # what is rejected stays so
        refused = set(now.rejected)
    now = standing(plan, rows)
    for item, signatures in now.approved.items():
        assert any(s.role in {"physician", "nurse-practitioner", "pharmacist"} for s in signatures)
        assert item == "i4" or any(s.role in {"physician", "nurse-practitioner"} for s in signatures)
    if "i1" in now.approved:
        assert len({s.reviewer for s in now.approved["i1"]}) >= 2
        assert any(s.role == "physician" for s in now.approved["i1"])
    if "i2" in now.approved and "i3" in now.rejected:
        assert any(
            o.issue == "d2" for r in rows if isinstance(r.decision, Approve) and r.decision.item == "i2" for o in r.decision.overrides
        )
