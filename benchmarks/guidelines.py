"""Guideline retrieval and decisions against their budgets, all of one run.

    python benchmarks/guidelines.py

Times are the best of several rounds, since what disturbs a measurement only ever adds to it.
"""

from __future__ import annotations

import re
import sys
import time
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
QUERIES = ROOT / "tests" / "guidelines" / "queries.toml"
INDEPENDENT = QUERIES.with_name("independent-queries.toml")
sys.path[0] = str(ROOT)  # a script's own folder comes first otherwise, and it holds a file that is called like a package


def best(job: Callable[[], object], rounds: int = 7) -> float:
    """Seconds of the quickest round."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        job()
        times.append(time.perf_counter() - start)
    return min(times)


def row(what: str, value: str, budget: str) -> None:
    """One line of the table."""
    print(f"{what:<66} {value:>10}   {budget}")


def retrieval(queries: list[dict[str, object]]) -> None:
    """Hits among the first three, and the time of a search against a plain scan of the same texts."""
    from agent.query_words import names
    from tools.guidelines import modules, search_guidelines
    from tools.guidelines.search import says

    texts = [f"{says(rule.recommendation)} {rule.recommendation.because}".lower() for module in modules().values() for rule in module.rules]
    asked = [str(query["says"]) for query in queries]
    scan = best(lambda: [[text for text in texts if any(word in text for word in query.lower().split())] for query in asked])
    search = best(lambda: [search_guidelines(query, limit=3, names=names) for query in asked])
    hits = sum(bool(found(query)) for query in queries)
    row(f"scan of {len(texts)} recommendations for the words of a query (baseline)", f"{scan / len(asked) * 1e3:.2f} ms", "")
    row("a search", f"{search / scan:.2f} ×", "the time of the scan")
    row("a search", f"{search / len(asked) * 1e3:.2f} ms", "≤ 1 ms")
    row(f"an answer among the first three, {len(asked)} queries by the map's author", f"{hits / len(asked):.2f}", "≥ 0.90, an upper bound")
    others = tomllib.loads(INDEPENDENT.read_text("utf-8"))["query"]
    row(f"the same, {len(others)} queries by somebody else", f"{sum(bool(found(query)) for query in others) / len(others):.2f}", "")


def found(query: dict[str, object]) -> set[str]:
    """Answers among the first three."""
    from agent.query_words import names
    from tools.guidelines import search_guidelines

    first = search_guidelines(str(query["says"]), limit=3, names=names).found
    return {name for one in first for name in (one.id, re.sub(r"-\d+$", "", one.id))}.intersection(query["answers"])  # type: ignore[call-overload, no-any-return]


def decisions() -> None:
    """A whole run for a patient with seven modules, against one evaluation of every condition."""
    from tools.guidelines import decide, modules
    from tools.guidelines.cases import NotedToolbox, facts_of
    from tools.guidelines.model import Given

    names = ("hypertension", "type-2-diabetes", "chronic-kidney-disease", "gout", "atrial-fibrillation", "heart-failure", "hyperlipidaemia")
    labs = {"systolic-bp": "146 mm[Hg]", "serum-potassium": "4.6 mmol/L", "egfr": "41 mL/min/{1.73_m2}", "hba1c": "8.9 %", "lvef": "35 %"}
    patient = facts_of(Given(has=names, age="66 a", sex="female", labs=labs))
    run = decide(patient, None, NotedToolbox())
    rules = [rule for name in run.active for rule in modules()[name].rules]
    once = best(lambda: [rule.when.holds(patient) for rule in rules])
    whole = best(lambda: decide(patient, None, NotedToolbox()))
    row(f"every condition of {len(run.active)} modules once, {len(rules)} recommendations (baseline)", f"{once * 1e3:.2f} ms", "")
    row("a whole run of decisions", f"{whole / once:.2f} ×", "≤ 4 × every condition once")


def main() -> None:
    """Print the table."""
    start = time.perf_counter()
    from tools.guidelines import modules

    modules()
    row("modules ready from the compiled cache, with imports", f"{(time.perf_counter() - start) * 1e3:.0f} ms", "≤ 150 ms")
    retrieval(tomllib.loads(QUERIES.read_text("utf-8"))["query"])
    decisions()


if __name__ == "__main__":
    main()
