"""What a run depends on is worked out once, kept for a while, and shared by threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from agent.context import Context

RECORDS = {
    f"sha256:{n}": b'{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "id": "p%d"}}]}'
    % n
    for n in range(40)
}


def test_the_same_record_at_the_same_date_is_one_case() -> None:
    context = Context(RECORDS.__getitem__)
    assert context.case("sha256:1", "2026-11-20") is context.case("sha256:1", "2026-11-20")
    assert context.case("sha256:1", "2026-11-20") is not context.case("sha256:1", "2026-11-21")


def test_no_more_than_eight_are_kept() -> None:
    context = Context(RECORDS.__getitem__)
    first = context.case("sha256:0", "2026-11-20")
    for n in range(1, 9):
        context.case(f"sha256:{n}", "2026-11-20")
    assert context.case("sha256:0", "2026-11-20") is not first


def test_many_threads_with_more_records_than_are_kept_are_each_given_theirs() -> None:
    context = Context(RECORDS.__getitem__)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda n: context.case(f"sha256:{n % 40}", "2026-11-20").data, range(4000)))
    assert found == [RECORDS[f"sha256:{n % 40}"] for n in range(4000)]
