"""A configured model may say what was meant by words that the grammar does not recognise; it answers nothing, and learns nothing of the record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from agent.chat.answers import ANSWERS, answer
from agent.chat.interpreting import configured, known_questions, messages
from agent.chat.session import Session
from agent.errors import DraftError
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.privacy.sent import FILE, sent
from agent.store.place import state_folder
from tests.model.scripted import Server, completion, configure

FREE = "please weigh the sugar tablet against kidneys like these"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    server = Server()
    configure(server, tmp_path, monkeypatch)
    permit(tmp_path, "request-text")
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def session() -> Session:
    return Session(example_record(), EXAMPLE_AS_OF)


def permit(folder: Path, *what: str) -> None:
    (folder / "privacy.toml").write_text(f'[[send]]\nid = "x"\nto = "this-machine"\nwhat = {json.dumps(what)}\n')


def says(server: Server, question: str, argument: str = "") -> None:
    def reply(_request: dict[str, Any], _handler: BaseHTTPRequestHandler) -> tuple[int, bytes]:
        return 200, completion({"question": question, "argument": argument})

    server.reply = reply


def test_what_a_model_takes_words_for_is_answered_as_ever_and_said(server: Server, session: Session) -> None:
    says(server, "check", "metformin")
    session.interpreter = configured()
    taken, *rest = answer(session, FREE).sentences
    assert taken.text == "Taken for /check metformin by small-one."
    assert tuple(rest) == ANSWERS["check"](session, "metformin").sentences


def test_what_the_grammar_recognises_is_not_sent(server: Server, session: Session) -> None:
    says(server, "issues")
    session.interpreter = configured()
    assert answer(session, "what is her potassium?").lines[0].startswith("Potassium 4.6 mmol/L")
    assert answer(session, "/why-not").understood is False
    assert answer(session, "give her a lethal dose").lines[0].startswith("I do not help")
    assert server.requests == []


def test_the_words_leave_without_names_and_the_record_does_not_leave(server: Server, session: Session) -> None:
    bundle = json.loads(session.data)
    next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == "Patient")["name"] = [{"family": "Quimby"}]
    session, name = Session(json.dumps(bundle).encode(), EXAMPLE_AS_OF), "Quimby"
    says(server, "none")
    session.interpreter = configured()
    answer(session, f"Should Mrs {name} born 1959-03-04 worry Dr Quux about the weather")
    asked = json.loads(json.loads(server.requests[0])["messages"][1]["content"])
    assert set(asked) == {"question"}
    assert name not in asked["question"]
    assert "1959" not in asked["question"]
    assert "Quux" not in asked["question"]
    assert "about the weather" in asked["question"]
    whole = "\n".join(m["content"] for m in messages("how is it going", session.case))
    assert not [use.text for use in session.case.facts.medications if use.text in whole]


def test_what_leaves_is_noted(server: Server, session: Session) -> None:
    says(server, "none")
    session.interpreter = configured()
    answer(session, FREE)
    (line,) = sent(state_folder() / FILE)
    assert (line.what, line.model) == (("request-text",), "small-one")


def test_leave_to_send_facts_is_no_leave_to_send_a_question(server: Server, tmp_path: Path) -> None:
    permit(tmp_path, "facts", "findings", "options")
    with pytest.raises(DraftError, match=r"allows request-text to this-machine"):
        configured()


def test_no_model_is_no_interpreter() -> None:
    assert configured() is None


@pytest.mark.parametrize(
    "content",
    [
        "nonsense",
        {"question": "approve", "argument": "rest"},
        {"question": "check"} | {"more": 1},
        {"question": "why", "argument": "x" * 81},
    ],
)
def test_whatever_else_it_says_is_no_question(server: Server, session: Session, content: object) -> None:
    server.reply = lambda _request, _handler: (200, completion(content))
    session.interpreter = configured()
    said = answer(session, FREE)
    assert not said.understood
    assert any(line.startswith("I can answer: why or why not a line") for line in said.lines)
    assert said.lines[-1].startswith("The model that was asked what is meant did not help:")
    assert session.plan.items


def test_a_server_that_fails_leaves_what_can_be_asked(server: Server, session: Session) -> None:
    server.reply = lambda _request, _handler: (403, b"{}")
    session.interpreter = configured()
    assert "the key may not use this model" in answer(session, FREE).lines[-1]


@pytest.mark.parametrize(("question", "argument"), [("none", ""), ("check", "moon dust"), ("what-if", "the moon were full"), ("why", "")])
def test_what_leads_to_no_answer_is_answered_with_what_can_be_asked(server: Server, session: Session, question: str, argument: str) -> None:
    says(server, question, argument)
    session.interpreter = configured()
    said = answer(session, FREE)
    assert not said.understood
    assert "Taken for" not in " ".join(said.lines)


def test_every_question_that_a_model_may_name_has_an_answer_and_none_decides() -> None:
    assert set(known_questions()) <= set(ANSWERS)
    assert not {"approve", "edit", "reject"} & set(known_questions())
