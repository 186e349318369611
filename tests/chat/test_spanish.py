"""The conversation in Spanish: the same questions are understood, and every form of an answer is there."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter

import pytest

import agent.chat
from agent.chat.answers import _CAN, _REFUSAL, ANSWERS, answer
from agent.chat.grammar import COMMANDS, Intent, understand
from agent.chat.session import Session
from agent.chat.spanish import _grammar
from agent.chat.worded import FORMS, Phrase, forms, joined, worded
from agent.faces.planning_face import EXAMPLE_AS_OF, example_record
from agent.faces.web.conversations import _BESIDE

WORDED = {"worded", "claim", "unknown", "frame", "Phrase"}


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(example_record(), EXAMPLE_AS_OF)


def spanish(session: Session, line: str) -> str:
    return "\n".join("".join(piece for piece, _ in sentence.parts("es")) for sentence in answer(session, line).sentences)


@pytest.mark.parametrize(
    ("line", "intent"),
    [
        ("¿Por qué i3?", Intent("why", "i3")),
        ("¿por qué suspender ibuprofeno?", Intent("why", "ibuprofen")),
        ("¿por qué no toma apixabán?", Intent("why-not", "apixaban")),
        ("¿por qué está alto el potasio?", Intent("why-value", "potassium")),
        ("¿Puede tomar ibuprofeno?", Intent("check", "ibuprofen")),
        ("¿puedo darle amoxicilina?", Intent("check", "amoxicillin")),
        ("¿es seguro el naproxeno?", Intent("check", "naproxen")),
        ("¿y si su FGe fuera 25?", Intent("what-if", "egfr=25")),
        ("¿y si el potasio fuera 5,8?", Intent("what-if", "potassium=5.8")),
        ("¿y si estuviera embarazada?", Intent("what-if", "pregnant")),
        ("¿qué pasaría si dejara la metformina?", Intent("what-if", "-metformin")),
        ("¿y si tomara claritromicina 500 mg?", Intent("what-if", "+clarithromycin 500 mg")),
        ("¿y si tuviera 80 años?", Intent("what-if", "age=80")),
        ("¿y si tuviera gota?", Intent("what-if", "has gout")),
        ("¿y si fuera alérgica a la penicilina?", Intent("what-if", "allergic penicillin")),
        ("¿puede dejar el omeprazol?", Intent("what-if", "-omeprazole")),
        ("¿cuál es su potasio?", Intent("value", "potassium")),
        ("¿cómo está la función renal?", Intent("value", "kidney function")),
        ("potasio", Intent("about", "potassium")),
        ("hidroclorotiazida", Intent("about", "hydrochlorothiazide")),
        ("¿cuánto pesa?", Intent("size", "much does she weigh")),
        ("dosis de espironolactona", Intent("dose", "spironolactone")),
        ("¿cuál es la dosis máxima de paracetamol?", Intent("most", "paracetamol")),
        ("¿hay algo peligroso?", Intent("issues")),
        ("por favor, dime qué es lo más urgente", Intent("first")),
        ("¿qué puede esperar?", Intent("later")),
        ("¿qué falta por saber?", Intent("questions")),
        ("¿qué no se pudo comprobar?", Intent("not-checked")),
        ("¿quién tiene que firmar?", Intent("sign")),
        ("¿qué podemos retirar?", Intent("stops")),
        ("¿qué vacunas le tocan?", Intent("due", "vaccines")),
        ("¿qué medicamentos toma?", Intent("medicines")),
        ("¿toma un betabloqueante?", Intent("kinds-taken", "beta blocker")),
        ("¿está la diabetes bien controlada?", Intent("goal", "diabetes")),
        ("¿tiene insuficiencia cardíaca?", Intent("has", "heart failure")),
        ("¿es alérgica a la penicilina?", Intent("allergic", "penicillin")),
        ("¿qué le digo al paciente?", Intent("tell")),
        ("resumen del paciente", Intent("overview")),
        ("¿qué dicen las guías sobre estatinas?", Intent("search", "statin")),
        ("¿cómo le doy una dosis letal?", Intent("refuse")),
        ("gracias", Intent("thanks")),
        ("adiós", Intent("quit")),
    ],
)
def test_a_question_in_spanish_finds_the_same_answer(line: str, intent: Intent) -> None:
    assert understand(line) == intent


def test_every_intent_of_the_spanish_grammar_has_an_answer() -> None:
    assert {phrase.intent for phrase in _grammar().phrase} - set(ANSWERS) == {"plan", "quit"}


def test_an_answer_is_spanish_around_what_is_known_in_english_only(session: Session) -> None:
    said = answer(session, "¿por qué suspender ibuprofeno?").sentences[1].parts("es")
    assert said[0] == ("  porque: ", "es")
    assert said[1][1] == "en"
    assert spanish(session, "¿es alérgica a la penicilina?") == "Alergia: Penicillin (urticaria)."
    assert spanish(session, "¿cuál es su litio?") == "La historia no tiene ningún valor de 'lithium'. Eso no es lo mismo que normal."
    assert spanish(session, "cuéntame un chiste").startswith(
        "No sé qué es 'cuéntame un chiste'.\nPuedo responder: por qué sí o por qué no un punto"
    )


def test_a_what_if_says_in_spanish_that_it_is_one(session: Session) -> None:
    assert spanish(session, "¿y si su FGe fuera 20?").startswith("Si egfr=20 (supuesto; la historia se queda como está):")


def test_english_is_put_together_as_it_was() -> None:
    phrase = worded("{line}. {why}", line=worded("{id} {action} {what}", id="i3", action=Phrase("stop"), what="lisinopril"), why="Because.")
    assert str(phrase) == "i3 stop lisinopril. Because."
    assert tuple(joined(phrase.parts("en"))) == (("i3 stop lisinopril. Because.", "en"),)
    assert tuple(joined(phrase.parts("es"))) == (("i3 suspender ", "es"), ("lisinopril. Because.", "en"))


def test_braces_of_a_record_are_no_places() -> None:
    assert str(worded("Allergy: {what}.", what="{0.__class__} {name}")) == "Allergy: {0.__class__} {name}."
    assert list(Phrase("{name} {0}").parts("es")) == [("{name} {0}", "en")]


def test_every_form_stands_in_spanish_with_the_same_places() -> None:
    known, used = forms("es"), set(_used())
    lacking = {form for form in used if form not in known and any(letter.isalpha() for letter in _without_places(form))}
    assert lacking == set()
    dynamic = set(COMMANDS.values()) | set(_CAN) | set(_REFUSAL) | set(_BESIDE.values()) | set(_words("es"))
    assert set(known) - used - dynamic == set()
    assert [form for form, other in known.items() if _places(form) != _places(other)] == []


def _used() -> Iterator[str]:
    chat = Path(agent.chat.__file__).parent
    for file in (*sorted(chat.glob("*.py")), chat.parent / "faces/web/conversations.py"):
        tree = ast.parse(file.read_text("utf-8"))
        named: dict[str, list[ast.expr]] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                named.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORDED and node.args:
                yield from _texts(node.args[0], named)


def _texts(node: ast.expr, named: Mapping[str, list[ast.expr]]) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from (*_texts(node.body, named), *_texts(node.orelse, named))
    elif isinstance(node, ast.Name):
        for value in named.get(node.id, ()):
            yield from _texts(value, {})


def _places(form: str) -> list[str]:
    return sorted(field for _, field, _, _ in Formatter().parse(form) if field)


def _without_places(form: str) -> str:
    return "".join(literal for literal, _, _, _ in Formatter().parse(form))


def _words(language: str) -> Mapping[str, str]:
    return dict(tomllib.loads((FORMS / f"{language}.toml").read_text("utf-8"))["words"])
