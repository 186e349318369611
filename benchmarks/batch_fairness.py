"""Whether the worklist keeps its declared ratio: every population, several seeds, several loads.

    python benchmarks/batch_fairness.py [PATIENTS]

Plans (120 a population and seed when not given) arrive over 5, 10 and 20 days for 1.1 to 3 times as much reading as there are hours.
"""

from __future__ import annotations

import sys
from datetime import date

from scenarios.engines import Task, rows_of
from scenarios.population import drawn, populations
from scenarios.scarcity import ORDERS, panel, rules, work_off, worst_ratio

AS_OF, SEEDS, CORES = date(2026, 11, 26), (1, 2), 2
DAYS, LOADS = (5, 10, 20), (1.1, 1.3, 1.6, 2.0, 3.0)


def main() -> None:
    """Print a line for each population and seed, and the harm-days of all of them."""
    patients = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    harm = dict.fromkeys(ORDERS, 0.0)
    for name in populations():
        for seed in SEEDS:
            keyed = [(one.key(), one) for one in drawn(name, patients, seed, AS_OF)]
            rows = [{"key": key, "patient": key, **row} for key, row in rows_of(keyed, Task(AS_OF), "process", CORES, patients)]
            worst: dict[str, list[float]] = {order: [] for order in ORDERS}
            for days in DAYS:
                plans = panel(rows, days)
                hours = sum(one.minutes for one in plans) / 60 / days
                for load in LOADS:
                    for order, sort in ORDERS.items():
                        read = work_off(plans, sort, hours / load)
                        worst[order].append(worst_ratio(read))
                        harm[order] += sum(one.plan.harm * one.waited for one in read)
            over = {order: sum(one > rules().median_ratio for one in some) for order, some in worst.items()}
            print(f"{name}, seed {seed}: " + "; ".join(f"{o} {max(worst[o]):.2f}, over in {over[o]} of {len(worst[o])}" for o in ORDERS))
    print("harm-days, to first come: " + "; ".join(f"{order} {total / harm['first come']:.2f}" for order, total in harm.items()))


if __name__ == "__main__":
    main()
