"""`carewright chat`: a conversation in the terminal about one plan."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from agent.drafting.replies import Passing
from agent.errors import DraftError
from agent.faces.cli_common import note
from agent.faces.words import ascii_only
from agent.safe_text import readable

if TYPE_CHECKING:
    from agent.chat.interpreting import Interpreter
    from agent.chat.session import Reply, Session

_OWN = {"plan", "export", "review", "quit"}
STEPS = {
    "read_record": "the record is read",
    "assess": "values are computed, the medicines checked",
    "retrieve": "guidelines are decided",
    "draft": "the plan is drafted",
    "check": "the draft is checked",
    "interpret": "a model is asked what is meant",
}
"""What is said of each node of the graph, and of what is done before an answer."""
_LINE_ANEW = "\r\x1b[K"
"""Takes away what stood in the line for the time being."""
_CITED = 3
"""So many of what bears a sentence are printed behind it; the JSON form of the plan has all."""


def converse(session: Session, lines: Iterable[str] | None = None, language: str = "en") -> None:
    """Read lines until `/quit` or the end of input, and answer each.

    Args:
        lines: what is said; without it, a prompt with history in the terminal.
        language: of what the conversation itself says; texts of the record and of the knowledge base keep theirs.
    """
    from agent.chat.answers import answer
    from agent.chat.grammar import understand

    note("Reading the record and drafting …")
    session.tell = passing
    plan = session.plan
    _clear()
    say(plan.summary)
    for number, change in enumerate(plan.top_changes, start=1):
        say(f"  {number}. {change}")
    note("Ask, or type /help.")
    for line in prompt() if lines is None else lines:
        intent = understand(line)
        if not line.strip():
            continue
        if intent and intent.name == "quit":
            return
        if intent and intent.name in _OWN:
            _own(session, intent.name, intent.argument)
        else:
            reply = answer(session, line)
            _clear()
            show(reply, language)


def interpreter() -> Interpreter | None:
    """The configured model, to say what is meant by words that are not recognised; where it may not be asked, that is said once."""
    from agent.chat.interpreting import configured

    try:
        return configured()
    except DraftError as error:
        note(f"No model is asked what is meant: {error}")
        return None


def passing(node: str) -> None:
    """Each step as it is done; on a terminal in one line, which the answer then takes."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{_LINE_ANEW}  {STEPS.get(node, node)} … ")
        sys.stderr.flush()
    else:
        told(node)


def _clear() -> None:
    if sys.stderr.isatty():
        sys.stderr.write(_LINE_ANEW)
        sys.stderr.flush()


def told(node: str) -> None:
    """Each step of the graph as it is done, and what a model is about; on a terminal, how far it is stands in one line."""
    if isinstance(node, Passing) and sys.stderr.isatty():
        sys.stderr.write(f"\r  {node}  ")
        sys.stderr.flush()
    else:
        note(f"{_LINE_ANEW if sys.stderr.isatty() else ''}  {STEPS.get(node, node)}")


def show(reply: Reply, language: str = "en") -> None:
    """Print an answer, each sentence with what bears it."""
    for sentence in reply.sentences:
        more = f" +{len(sentence.cites) - _CITED}" if len(sentence.cites) > _CITED else ""
        text = "".join(piece for piece, _ in sentence.parts(language))
        say(text + (f"  [{', '.join(sentence.cites[:_CITED])}{more}]" if sentence.cites else ""))


def say(text: str) -> None:
    """One line to standard output, without control characters of the record."""
    indent = text[: len(text) - len(text.lstrip())]
    shown = indent + readable(text)
    encoding = sys.stdout.encoding or "ascii"
    print(shown if "utf" in encoding.lower() else ascii_only(shown), flush=True)  # noqa: T201 - this is the terminal


def prompt() -> Iterable[str]:
    """Lines of a person at a terminal (with history and completion of commands), or of standard input."""
    if sys.stdin.isatty():
        _editable()
    while True:
        try:
            yield input("carewright> " if sys.stdin.isatty() else "")
        except (EOFError, KeyboardInterrupt):
            return


def _editable() -> None:
    """History within the conversation, never on disk: a question names medicines and values of a patient."""
    import readline

    from agent.chat.grammar import NAMES

    def complete(text: str, state: int) -> str | None:
        found = [f"/{name} " for name in sorted(NAMES) if f"/{name}".startswith(text)] if text.startswith("/") else []
        return found[state] if state < len(found) else None

    readline.set_completer_delims(" ")
    readline.set_completer(complete)
    readline.parse_and_bind("tab: complete")


def _own(session: Session, name: str, argument: str) -> None:
    from agent.faces import planning_face

    if name == "plan":
        say_block(planning_face.show(session.plan, "text"))
    elif name == "export":
        form, _, file = argument.partition(" ")
        if form not in {"text", "json", "fhir", "html"} or not file:
            say("Write for instance: /export html plan.html")
            return
        Path(file).write_text(planning_face.show(session.plan, form, out=Path(file)), "utf-8")
        say(f"written to {file}")
    else:
        kept = planning_face.keep(session.data, planning_face.Wish(session.as_of, patient=session.patient))
        say(f"{kept.plan_id} waits for review: carewright review show {kept.plan_id}")


def say_block(text: str) -> None:
    """Text that a face has already made safe."""
    print(text, flush=True)  # noqa: T201 - this is the terminal
