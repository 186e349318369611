"""Load on loopback: people who read and sign, and a record system that asks, all at once.

    python benchmarks/serve.py [--users 50] [--seconds 120] [--plans 60] [--pause 3] [--sample 30]

Starts `carewright serve` as a process of its own on a free port with a state folder of its own, and stops by itself. Prints how many
answers of which route came, the median and the 95th percentile in milliseconds, errors, decisions that were lost, and the memory of the
server before and after. Between two requests of one person lie 0.2 to 1.8 times the pause,
drawn from the seed. With other work on the machine the times say little: the load average stands beside them, and one caller asks
`/health` all along, which does nothing: how many times longer a route took than that is told as well, and how long the server took of the
processor. The memory of the server is told at
each tenth of the time (or each `--sample` seconds), and as its growth in the second half, in MB a minute: caches fill in the first
minutes, and a leak does not stop. With 120 plans or more the large caches are full before the load begins.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from datetime import date
from pathlib import Path
from statistics import median, quantiles

import httpx
from clients import IDLE, PASSWORD, RECORD, Baseline, Book, Ehr, Person

from agent.desk import Desk
from agent.faces.web.accounts import Accounts

AS_OF = date(2026, 11, 20)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def memory_mb(pid: int) -> float:
    said = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", said)[1]) / 1024  # type: ignore[index]


def processor_s(pid: int) -> float:
    """Seconds of the processor that the server has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def record_of(number: int) -> bytes:
    """The example's record, told apart by a note of its own, so that each is a plan of its own."""
    return json.dumps({**RECORD, "identifier": {"value": f"load-{number}"}}).encode()


def serving(home: Path, port: int) -> subprocess.Popen[bytes]:
    (home / "carewright.toml").write_text('[limits]\nrequests_per_minute = 100000\nplans_per_minute = 100000\n[logs]\nformat = "none"\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "agent", "serve", "--port", str(port)], env={**os.environ, "CAREWRIGHT_HOME": str(home)}
    )
    for _ in range(600):
        try:
            if httpx.get(f"http://127.0.0.1:{port}/ready").status_code == 200:
                return process
        except httpx.TransportError:
            time.sleep(0.1)
    raise SystemExit("the server did not start")


def lost(home: Path, said: list[tuple[str, str, str]]) -> int:
    """Decisions that were answered with 200 and do not stand in the audit, under the plan as it was shown then.

    A rejection for another choice draws a new round, in which all is open again; what was said before stays as a row of its round, and the
    audit vouches for it.
    """
    desk = Desk(home)
    faults = desk.audit().faults
    if faults:
        print("the audit is broken:", faults[0])
    kept = {(line.work, line.details["item"], line.details["digest"]) for line in desk.history() if line.event == "decided"}
    return sum(decision not in kept for decision in said)


def _tail(times: list[float]) -> float:
    return quantiles(times, n=20)[18] if len(times) > 1 else times[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--plans", type=int, default=60)
    parser.add_argument("--pause", type=float, default=3)
    parser.add_argument("--sample", type=float, help="seconds between two looks at the memory; a tenth of the time where it is not said")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home, book = Path(folder), Book()
        desk, accounts = Desk(home), Accounts(home / "users.json")
        plans = [desk.start(record_of(n), AS_OF) for n in range(options.plans)]
        askers = max(1, options.users // 5)
        for n in range(options.users - askers):
            accounts.add(f"dr-{n}", "physician", PASSWORD)
        port = free_port()
        process = serving(home, port)
        try:
            run(f"http://127.0.0.1:{port}", plans, book, options.users - askers, askers, options, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
        print(f"decisions {len(book.said)}, lost {lost(home, book.said)}; errors {sum(book.errors.values())} {dict(book.errors)}")


def run(base: str, plans: list[str], book: Book, people: int, askers: int, options: argparse.Namespace, pid: int) -> None:
    seconds, pause = options.seconds, options.pause
    persons = [Person(base, f"dr-{n}", plans, book, n, pause) for n in range(people)]
    for person in persons:
        person.sign_in()
    for plan in plans:  # what is measured is a day's work, not the first look at each record
        persons[0].http.get(f"/plans/{plan}").raise_for_status()
    persons[0].list()
    book.times.clear()
    before, taken, until = memory_mb(pid), processor_s(pid), time.monotonic() + seconds
    systems = [Ehr(base, book, 1000 + n, pause) for n in range(askers)]
    tasks = [*(person.work for person in persons), *(system.work for system in systems), Baseline(base, book, pause).work]
    workers = [threading.Thread(target=task, args=(until,)) for task in tasks]
    for worker in workers:
        worker.start()
    course = memory_course(pid, until, options.sample or seconds / 10)
    for worker in workers:
        worker.join()
    taken, asked = processor_s(pid) - taken, sum(len(times) for route, times in book.times.items() if route != IDLE)
    idle = _tail(book.times[IDLE])
    for route, times in sorted(book.times.items()):
        told = f"median {median(times) * 1000:7.1f} ms  p95 {_tail(times) * 1000:7.1f} ms, {_tail(times) / idle:5.1f} times that of {IDLE}"
        print(f"{route:14} {len(times):6} answers  {told}")
    print(
        f"{people} people and {askers} record systems for {seconds} s, {pause} s apart; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    print(f"the server took {taken:.1f} s of the processor for {asked} answers, {taken / asked * 1000:.1f} ms each")
    half = course[len(course) // 2 :]
    told = f"{(half[-1] - half[0]) / (seconds / 120):+.1f} MB a minute in the second half"
    print(f"memory {before:.0f} MB before; then {' '.join(f'{mb:.0f}' for mb in course)} MB; {told}")


def memory_course(pid: int, until: float, every: float) -> list[float]:
    """The memory of the server each so many seconds, the end included."""
    course = []
    while (left := until - time.monotonic()) > 0:
        time.sleep(min(every, left))
        course.append(memory_mb(pid))
    return course


if __name__ == "__main__":
    main()
