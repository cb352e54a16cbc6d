"""What a page and its counter say: any text is a message or refused, and nothing secret is shown."""

import json

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.counter import messages
from edge.counter.messages import (
    MAX_CODE_CHARACTERS,
    MAX_LINE_CHARACTERS,
    MAX_LINES,
    TYPES_FROM_PAGE,
    Card,
    Hello,
    Lamps,
    OpenDrawer,
    Pair,
    Paired,
    Print,
    Scan,
    read,
    write,
)
from edge.devices.ports import Sign
from protocol.errors import InputError
from protocol.holders import DocumentType

GOOD: dict[str, dict[str, object]] = {
    "pair": {"type": "pair", "version": 1, "code": "12345678"},
    "hello": {"type": "hello", "version": 1, "token": "secret"},
    "print": {"type": "print", "id": "sale-7_a", "lines": ["成人票"], "code": "PF1ABC"},
    "open_drawer": {"type": "open_drawer", "id": "1"},
    "lamps": {"type": "lamps", "sign": "go"},
}


def test_each_type_is_read() -> None:
    assert set(GOOD) == set(TYPES_FROM_PAGE)
    assert [read(json.dumps(one)) for one in GOOD.values()] == [
        Pair(version=1, code="12345678"),
        Hello(version=1, token="secret"),
        Print(id="sale-7_a", lines=["成人票"], code="PF1ABC"),
        OpenDrawer(id="1"),
        Lamps(sign=Sign.GO),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "null", "[]", "3", "{}", '{"type": "open sesame"}', '{"type": ["print"]}', "{", "[" * 100_000, '{"type": "hello"}',
        '{"type": "print", "id": "1", "lines": [], "code": ""}',
        '{"type": "print", "id": "1", "lines": ["x"], "png": "AAAA"}',
        '{"type": "print", "id": "", "lines": ["x"]}',
        '{"type": "print", "id": "a b", "lines": ["x"]}',
        '{"type": "print", "id": "a\\n", "lines": ["x"]}',
        '{"type": "print", "id": 7, "lines": ["x"]}',
        '{"type": "print", "id": "1", "lines": ["x"], "code": "票"}',
        '{"type": "print", "id": "1", "lines": ["x"], "printer": ""}',
        '{"type": "print", "id": "1", "lines": [1]}',
        '{"type": "lamps", "sign": "party"}',
        '{"type": "open_drawer", "id": "1", "and": "more"}',
        '{"type": "hello", "version": "1", "token": "x"}',
        '{"type": "hello", "version": 1, "token": "\\ud800"}',
        json.dumps({"type": "print", "id": "1", "lines": ["x"] * (MAX_LINES + 1)}),
        json.dumps({"type": "print", "id": "1", "lines": ["x" * (MAX_LINE_CHARACTERS + 1)]}),
        json.dumps({"type": "print", "id": "1", "code": "x" * (MAX_CODE_CHARACTERS + 1)}),
        json.dumps({"type": "print", "id": "x" * 65, "lines": ["x"]}),
    ],
    ids=lambda text: text[:60],
)  # fmt: skip
def test_what_is_no_message_is_refused_with_the_types(text: str) -> None:
    with pytest.raises(InputError, match="the types are pair, hello, print, open_drawer, lamps"):
        read(text)


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
NESTED = st.recursive(VALUES, lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=5)


@st.composite
def nearly_good(draw: st.DrawFn) -> str:
    """A good message of which some fields are others."""
    good = draw(st.sampled_from(list(GOOD.values())))
    changes = draw(st.dictionaries(st.sampled_from([*good, "x"]), VALUES | st.lists(st.text(), max_size=3), max_size=2))
    return json.dumps(good | changes)


TEXTS = st.one_of(st.text(), NESTED.map(json.dumps), nearly_good())


@given(TEXTS)
def test_any_text_is_a_message_or_refused(text: str) -> None:
    try:
        message = read(text)
    except InputError:
        return
    assert read(write_back(message)) == message


def write_back(message: messages.FromPage) -> str:
    return message.model_dump_json()


@pytest.mark.law(9)
def test_nothing_secret_and_nothing_of_a_person_is_shown() -> None:
    card = Card(
        device="card-reader-1",
        name="测试一号",
        number="990101195001010017",
        document_type=DocumentType.RESIDENT_ID,
        country="CN",
        born="1950-01-01",
        region="990101",
    )
    shown = repr([card, Scan(device="s", text="134567"), Hello(version=1, token="secret"), Pair(version=1, code="12345678")])
    shown += repr([Paired(token="secret"), Print(id="1", lines=["张三"], code="PF1X")]) + str(card)
    for text in ("测试", "9901", "1950", "resident", "134567", "secret", "12345678", "张三", "PF1X"):
        assert text not in shown
    with pytest.raises(InputError) as refused:
        read('{"type": "hello", "version": 1, "token": "secret", "张三": "134567"}'.replace('"hello"', '"hallo"'))
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert json.loads(write(card))["name"] == "测试一号"


def test_the_schema_describes_every_field_and_takes_what_is_read() -> None:
    schema = messages.schema()
    from_page, to_page = schema["from_page"], schema["to_page"]
    assert isinstance(from_page, dict)
    assert isinstance(to_page, dict)
    takes = jsonschema_rs.validator_for(from_page)
    for one in GOOD.values():
        takes.validate(one)
    assert not takes.is_valid({"type": "open sesame"})
    silent = [
        f"{name}.{field}"
        for side in (from_page, to_page)
        for name, model in side["$defs"].items()
        for field, said in model.get("properties", {}).items()
        if field != "type" and "description" not in said and "$ref" not in said
    ]
    assert silent == []
