"""A prepared statement sends and reads the same as SQLAlchemy's own: every type of value, none at all, lists of any length."""

from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Connection, Date, LargeBinary, Select, String, bindparam, select, union_all
from sqlalchemy.types import TypeEngine

from central.store.columns import U64, to_signed
from central.store.prepared import Prepared, Row, among_numbers, the_numbers
from central.store.unit_of_work import Store
from tests.builders.central import NOON
from tests.builders.office import VISIT

HIGHEST = 2**64 - 1
TYPES: dict[str, TypeEngine[Any]] = {
    "id": U64(),
    "holds": Boolean(),
    "data": LargeBinary(),
    "text": String(),
    "day": Date(),
    "at": BigInteger(),
}
VALUES = {"id": HIGHEST, "holds": True, "data": b"\0\xff", "text": "'; DROP TABLE 票", "day": VISIT, "at": NOON}


def _echo(_dialect: str) -> Select[Any]:
    return select(*(bindparam(name, type_=kind).label(f"said_{name}") for name, kind in TYPES.items()))


def _among_three(dialect: str) -> Select[Any]:
    three = union_all(*(select(bindparam(f"id_{one}", type_=U64()).label("id")) for one in range(3))).subquery()
    return select(three.c.id).where(among_numbers(dialect, three.c.id, "wanted"))


@pytest.mark.parametrize("said", [VALUES, dict.fromkeys(VALUES), VALUES | {"id": 0, "holds": False}])
async def test_what_was_said_is_heard_as_it_was_said(store: Store, said: dict[str, object]) -> None:
    echo = Prepared(_echo)

    def use(connection: Connection) -> list[Row]:
        return [*echo.rows(connection, said), *echo.rows(connection, said)]

    async with store.reading() as work:
        found = await (await work.session.connection()).run_sync(use)
    assert found == [tuple(said.values())] * 2
    assert [type(one) for one in found[0]] == [type(one) for one in said.values()]


@pytest.mark.parametrize("wanted", [(), (HIGHEST,), (0, 1, 2**63), (0, 2**63, HIGHEST)])
async def test_one_text_asks_for_any_count_of_numbers(store: Store, wanted: tuple[int, ...]) -> None:
    there = {"id_0": 0, "id_1": 2**63, "id_2": HIGHEST}

    def use(connection: Connection) -> list[Row]:
        numbers = the_numbers(connection, [to_signed(one) for one in wanted])
        return Prepared(_among_three).rows(connection, there | {"wanted": numbers})

    async with store.reading() as work:
        found = await (await work.session.connection()).run_sync(use)
    assert {one for (one,) in found} == set(wanted) & set(there.values())
