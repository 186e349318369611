"""What verifying a model's draft costs, and how many patients one endpoint serves at once.

    python benchmarks/model.py

A server on the loopback answers at once with an order and a wording for every line. Printed are a plan by rules, a draft by a model, the
verification of its answer (nothing kept from an earlier one), the search for identifiers in its prompt, and 64 patients in one thread,
and in 64, against a server that takes 0.25 s.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from statistics import median

from agent.case import Case
from agent.checking import wording as wording_check
from agent.drafting.answer import read_answer, struck
from agent.drafting.assemble import assembled
from agent.drafting.by_model import ModelDrafter
from agent.drafting.offer import offer_of
from agent.drafting.preferring import Ground
from agent.drafting.prompting import prompt, refuse_identifiers
from agent.drafting.rules import RulesDrafter
from agent.drafting.settings import Settings
from agent.planning import make_plan

AS_OF = date(2026, 11, 20)
PATIENTS, PAUSE, ROUNDS = 64, 0.25, 15


class Server(ThreadingHTTPServer):
    """Answers everything with `reply`, after `pause` seconds."""

    daemon_threads = True
    request_queue_size = 2 * PATIENTS
    reply = b""
    pause = 0.0


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(self.server.pause)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.reply)))  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(self.server.reply)  # type: ignore[attr-defined]

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Says nothing."""


def milliseconds(call: Callable[[], object]) -> float:
    """Processor time, the median of several rounds: what others do on the machine does not count."""
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        taken.append((time.process_time() - start) * 1000)
    return median(taken)


def main() -> None:
    """Print the figures."""
    data = (resources.files("scenarios") / "patients/example.json").read_bytes()
    case = Case(data, AS_OF)
    rules = RulesDrafter().draft(case)
    offer = offer_of(case, rules)
    wording = [{"line": o, "facts": list(offer.cites[o][:3]), "text": offer.sources[o][-1]} for o in offer.lines]
    reply = json.dumps({"order": list(offer.lines), "defer": [], "confirm": [], "wording": wording})
    server = Server(("127.0.0.1", 0), Handler)
    server.reply = json.dumps({"choices": [{"message": {"content": reply}, "finish_reason": "stop"}]}).encode()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    drafter = ModelDrafter(Settings(f"http://127.0.0.1:{server.server_address[1]}/v1", "scripted", timeout=60))
    drafter.draft(case)
    _one_plan(data, drafter, Ground(case, rules, offer, read_answer(reply, offer)), reply)
    server.pause = PAUSE
    _many_at_once(data, drafter)
    server.shutdown()


def _one_plan(data: bytes, drafter: ModelDrafter, ground: Ground, reply: str) -> None:
    case, offer = ground.case, ground.offer

    def verify() -> object:
        wording_check._tokens.cache_clear()
        wording_check._paired.cache_clear()
        answer = read_answer(reply, offer)
        return struck(answer, offer), assembled(replace(ground, answer=answer))

    def gate() -> None:
        refuse_identifiers(prompt(offer), case)

    calls: tuple[Callable[[], object], ...] = (lambda: make_plan(data, AS_OF), lambda: drafter.draft(case), verify, gate)
    of_rules, of_model, of_check, of_gate = map(milliseconds, calls)
    print(f"{len(offer.lines)} lines, {len(ground.answer.wording)} wordings")
    print(f"a whole plan by rules                {of_rules:7.1f} ms")
    print(f"a draft by model, with its server    {of_model:7.1f} ms  ({of_model / of_rules:.2f} of that plan)")
    print(f"  of it the verification of answers  {of_check:7.1f} ms  ({of_check / of_rules:.2f})")
    print(f"  of it the search for identifiers   {of_gate:7.1f} ms  ({of_gate / of_rules:.2f})")


def _many_at_once(data: bytes, drafter: ModelDrafter) -> None:
    cases = [Case(data, AS_OF) for _ in range(PATIENTS)]
    for one in cases:
        RulesDrafter().draft(one)
    for threads in (1, PATIENTS):
        start = time.perf_counter()
        with ThreadPoolExecutor(threads) as pool:
            plans = list(pool.map(drafter.draft, cases))
        seconds = time.perf_counter() - start
        drafted = sum(plan.drafter.kind == "model" for plan in plans)
        print(
            f"{PATIENTS} patients in {threads:2} threads  {seconds:8.2f} s   ({drafted} drafted by the model, {PATIENTS * PAUSE:.0f} s of answering)"
        )


if __name__ == "__main__":
    main()
