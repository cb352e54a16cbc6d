"""Sentences to people: every message is put into words in both languages, and every parameter is given."""

import ast
import importlib
import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from central.domain import saying
from central.domain.field_messages import MESSAGES, OTHERWISE
from central.domain.saying import Message, Parameter, names_in

ROOT = Path(saying.__file__).parents[2]
CENTRAL = ROOT / "central"
CHINESE = re.compile("[\u4e00-\u9fff]")
PLACES = sorted(path for path in CENTRAL.rglob("messages.py"))


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def _stated() -> dict[str, Message]:
    """Return every message of central by the place and name of its constant."""
    return {
        f"{_module(path)}.{name}": value
        for path in PLACES
        for name, value in vars(importlib.import_module(_module(path))).items()
        if isinstance(value, Message)
    }


STATED = _stated()
OF_FIELDS = {message.code: message for message in (*MESSAGES.values(), OTHERWISE)}


@pytest.mark.parametrize("message", [*STATED.values(), *OF_FIELDS.values()], ids=lambda message: message.code)
def test_a_message_has_words_in_both_languages_for_the_same_parameters(message: Message) -> None:
    assert CHINESE.search(message.zh)
    assert not CHINESE.search(message.en)
    assert names_in(message.zh) == names_in(message.en)


def test_each_code_stands_for_one_message_and_is_the_name_of_its_constant() -> None:
    assert {where: where.rsplit(".", 1)[1].lower() for where in STATED} == {where: one.code for where, one in STATED.items()}
    codes = [one.code for one in STATED.values()] + list(OF_FIELDS)
    assert [code for code in set(codes) if codes.count(code) > 1] == []


def _named(tree: ast.Module) -> list[str]:
    """Return the names to which a module assigns, once for each time."""
    return [
        target.id for one in tree.body if isinstance(one, ast.Assign) for target in one.targets if isinstance(target, ast.Name)
    ]


@pytest.mark.parametrize("path", PLACES, ids=lambda path: path.parent.name)
def test_no_message_is_stated_twice(path: Path) -> None:
    names = _named(ast.parse(path.read_text(encoding="utf-8")))
    assert sorted(names) == sorted(set(names))


def _uses(path: Path) -> list[tuple[str, ast.Call]]:
    """Return each sentence that a file makes of a constant: `NAME.of(parameter=...)`."""
    calls = (node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
    return [
        (call.func.value.id if isinstance(call.func.value, ast.Name) else call.func.value.attr, call)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr == "of"
        and isinstance(call.func.value, ast.Name | ast.Attribute)
        and (call.func.value.id if isinstance(call.func.value, ast.Name) else call.func.value.attr).isupper()
    ]


def test_each_use_of_a_message_gives_each_of_its_parameters() -> None:
    by_name = {where.rsplit(".", 1)[1]: one for where, one in STATED.items()}
    wrong = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {name}"
        for path in sorted(CENTRAL.rglob("*.py"))
        for name, call in _uses(path)
        if name in by_name
        and all(one.arg is not None for one in call.keywords)
        and {one.arg for one in call.keywords} != by_name[name].names()
    ]
    assert wrong == []


def test_a_message_that_is_never_said_is_none() -> None:
    sources = "\n".join(path.read_text(encoding="utf-8") for path in sorted(CENTRAL.rglob("*.py")))
    words = re.findall(r"\b[A-Z][A-Z_]+\b", sources)
    assert [where for where in STATED if words.count(where.rsplit(".", 1)[1]) < 2] == []


INSIDE = Message("inside", "内层 {name}", "inside {name}")
OUTSIDE = Message(
    "outside",
    "{name:.3}：{amount_fen} 元，{day} {at}，{instant}，{said}",
    "{name:.3}: {amount_fen} yuan, {day} {at}, {instant}, {said}",
)
GIVEN: dict[str, Parameter] = {
    "name": "Wang",
    "amount_fen": -12_305,
    "day": date(2026, 10, 1),
    "at": time(8, 5),
    "instant": datetime(2026, 10, 1, 8, 5, 30, tzinfo=UTC),
    "said": INSIDE.of(name="x"),
}


def test_parameters_are_put_into_words() -> None:
    said = OUTSIDE.of(**GIVEN)
    assert said.text(chinese=True) == "Wan：-123.05 元，2026-10-01 08:05，2026-10-01 08:05 UTC，内层 x"
    assert str(said) == "Wan: -123.05 yuan, 2026-10-01 08:05, 2026-10-01 08:05 UTC, inside x"


def test_a_program_gets_the_parameters_themselves() -> None:
    assert OUTSIDE.of(**GIVEN).values() == {
        "name": "Wang",
        "amount_fen": -12_305,
        "day": "2026-10-01",
        "at": "08:05:00",
        "instant": "2026-10-01T08:05:30+00:00",
        "said": {"code": "inside", "parameters": {"name": "x"}},
    }


def test_a_message_without_one_of_its_parameters_is_a_mistake() -> None:
    with pytest.raises(AssertionError, match="inside takes"):
        INSIDE.of()
