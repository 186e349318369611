"""The first plans of a process may be made by many threads at once: a server has no quiet first minute."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = """
import threading
from datetime import date
from agent.faces.planning_face import example_record
from agent.planning import make_plan

together, digests = threading.Barrier(8), []

def plan():
    together.wait()
    digests.append(make_plan(example_record(), date(2026, 11, 20)).digest)

threads = [threading.Thread(target=plan) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(digests), len(set(digests)))
"""


def test_eight_threads_that_plan_first_make_one_and_the_same_plan() -> None:
    """A type that two threads taught msgspec at once ended the process (signal 11) in most attempts of this script."""
    made = subprocess.run([sys.executable, "-c", _SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout) == (0, "8 1\n")
