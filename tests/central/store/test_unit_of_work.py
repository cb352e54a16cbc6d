"""One transaction a use case; the tasks that it must wake are woken after the commit."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from central.store.columns import to_signed, to_unsigned
from central.store.idempotency import KEPT_MS, Earlier, first_use, forget_old, remember
from central.store.tables.people import SignInFailureRow
from central.store.unit_of_work import Store
from protocol.instants import Instant
from tests.builders.central import NOON


def _row(name: str) -> SignInFailureRow:
    return SignInFailureRow(account=name, source="here", failures=1, last_at=NOON)


async def _names(store: Store) -> list[str]:
    async with store.reading() as work:
        return list((await work.session.exec(select(SignInFailureRow.account))).all())


async def test_what_a_use_case_did_stays_and_then_hooks_run(store: Store) -> None:
    woken: list[str] = []
    async with store.transaction() as work:
        work.session.add(_row("kept"))
        work.after_commit(lambda: woken.append("publisher"))
        assert not woken
    assert woken == ["publisher"]
    assert await _names(store) == ["kept"]


async def test_an_exception_undoes_all_and_wakes_no_task(store: Store) -> None:
    woken: list[str] = []

    async def fail() -> None:
        async with store.transaction() as work:
            work.session.add(_row("lost"))
            await work.session.flush()
            work.after_commit(lambda: woken.append("publisher"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert not woken
    assert await _names(store) == []


async def test_a_reading_keeps_nothing(store: Store) -> None:
    async with store.reading() as work:
        work.session.add(_row("lost"))
        await work.session.flush()
    assert await _names(store) == []


@given(st.integers(0, 2**64 - 1))
def test_an_unsigned_number_survives_its_signed_column(value: int) -> None:
    assert to_unsigned(to_signed(value)) == value
    assert -(2**63) <= to_signed(value) < 2**63


async def test_a_key_is_claimed_once_and_says_what_was_made(store: Store) -> None:
    async with store.transaction() as work:
        assert await first_use(work, "sell/1", "key", b"same", NOON) is None
        await remember(work, "sell/1", "key", "order 7")
    async with store.transaction() as work:
        assert await first_use(work, "sell/1", "key", b"other", NOON) == Earlier(b"same", "order 7")
        assert await first_use(work, "sell/2", "key", b"same", NOON) is None


async def test_two_at_once_with_one_key_do_it_once(store: Store) -> None:
    async def claim() -> Earlier | None:
        async with store.transaction() as work:
            earlier = await first_use(work, "sell/1", "key", b"same", NOON)
            if earlier is None:
                await remember(work, "sell/1", "key", "made")
            return earlier

    answers = await asyncio.gather(*(claim() for _ in range(8)))
    assert sorted(str(answer) for answer in answers) == sorted(["None"] + [str(Earlier(b"same", "made"))] * 7)


async def test_a_claim_of_an_undone_use_case_is_undone_too(store: Store) -> None:
    async def fail() -> None:
        async with store.transaction() as work:
            await first_use(work, "sell/1", "key", b"a", NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transaction() as work:
        assert await first_use(work, "sell/1", "key", b"b", NOON) is None


async def test_old_keys_are_forgotten_and_young_ones_kept(store: Store) -> None:
    async with store.transaction() as work:
        await first_use(work, "sell/1", "key", b"a", NOON)
        await forget_old(work, Instant(NOON + KEPT_MS))
        assert await first_use(work, "sell/1", "key", b"a", NOON) is not None
        await forget_old(work, Instant(NOON + KEPT_MS + 1))
        assert await first_use(work, "sell/1", "key", b"a", NOON) is None
