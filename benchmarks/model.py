"""What verifying a model's draft costs, and how many patients one endpoint serves at once.

    python benchmarks/model.py

A server on the loopback answers at once with an order and a wording for every line. Printed are the rules' draft, the same with a model
(the difference holds the call), the verification alone, and 64 patients in one thread, and in 64, against a server that takes 0.25 s.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from statistics import median

from agent.case import Case
from agent.drafting.answer import read_answer, struck
from agent.drafting.assemble import assembled, report
from agent.drafting.model import ModelDrafter, Settings
from agent.drafting.offer import offer_of
from agent.drafting.rules import RulesDrafter

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
    """The median of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        call()
        taken.append((time.perf_counter() - start) * 1000)
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

    def verify() -> object:
        answer = read_answer(reply, offer)
        return struck(answer, offer), report(offer, answer), assembled(case, rules, offer, answer)

    of_rules, of_model, of_check = (
        milliseconds(call) for call in (lambda: RulesDrafter().draft(case), lambda: drafter.draft(case), verify)
    )
    print(f"{len(offer.lines)} lines, {len(wording)} wordings")
    print(f"draft by rules           {of_rules:8.1f} ms")
    print(f"draft by model           {of_model:8.1f} ms  ({of_model / of_rules:.2f} times)")
    print(f"verification of the two  {of_check:8.1f} ms")

    server.pause = PAUSE
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
    server.shutdown()


if __name__ == "__main__":
    main()
