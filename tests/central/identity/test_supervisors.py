"""Supervisors at central: who supervises which site, PINs that no one can read back, and what gates hear."""

import asyncio
from collections.abc import Awaitable

import pytest
from argon2 import PasswordHasher
from sqlmodel import col, select

from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode
from central.identity import supervisors
from central.identity.passwords import Passwords, pin_hasher
from central.identity.permissions import ALL
from central.identity.service import Attempt
from central.identity.supervisors import Supervisors
from central.store.tables.audit import AuditRow
from central.store.tables.people import SupervisorPinRow, UserRow
from central.store.unit_of_work import Store
from protocol.admission.supervisors import MAX_VERIFIER_CHARACTERS, Supervisor
from protocol.identifiers import SiteId
from tests.builders.central import HandClock, cheap_hasher
from tests.builders.office import Office

TOWN, NOWHERE = SiteId(1), SiteId(9)
PIN, OTHER_PIN = "482915", "7305918264"
PASSWORD = "a long passphrase"


@pytest.fixture
async def desk(office: Office) -> Office:
    """An office with Anna and Ben, who sell; `woken` is counted from here."""
    for name in ("anna", "ben"):
        one_time = await office.add_person(name, "sales.sell")
        first = await office.identity.sign_in(Attempt(name, one_time, "here"), office.clock())
        await office.identity.change_password(first.principal, one_time, PASSWORD, office.clock())
    office.woken = 0
    return office


async def who(office: Office, name: str, *permissions: str) -> Principal:
    async with office.store.reading() as work:
        row = (await work.session.exec(select(UserRow).where(UserRow.name == name))).one()
    assert row.id is not None
    return Principal(row.id, name, frozenset(permissions), must_change_password=False)


async def boss(office: Office) -> Principal:
    return await who(office, "seller", *ALL)


async def told(office: Office, site: SiteId = TOWN) -> tuple[Supervisor, ...]:
    async with office.store.reading() as work:
        return await supervisors.table_of_site(work, site)


async def code_of(attempt: Awaitable[object]) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await attempt
    return problem.value.code


async def test_a_supervisor_with_a_pin_is_told_to_the_gates_of_the_site_and_no_other(desk: Office) -> None:
    by, now = await boss(desk), desk.clock()
    added = await desk.supervisors.add(TOWN, "anna", by, now)
    assert (added.name, added.pin_set_at, await told(desk)) == ("anna", None, ())
    given = await desk.supervisors.set_pin("anna", PIN, by, now)
    (row,) = await told(desk)
    assert row.person_id == given.user_id == added.user_id
    assert PasswordHasher().verify(row.verifier, PIN)
    assert await told(desk, SiteId(2)) == ()
    assert await desk.supervisors.of_site(TOWN) == (given,)
    assert (given.pin_set_at, given.card_set_at) == (now, None)


async def test_each_change_wakes_the_publisher_once_and_no_change_wakes_nothing(desk: Office) -> None:
    by, now = await boss(desk), desk.clock()
    woken = []
    for change in (
        desk.supervisors.add(TOWN, "anna", by, now),
        desk.supervisors.add(TOWN, "anna", by, now),
        desk.supervisors.set_pin("anna", PIN, by, now),
        desk.supervisors.remove(TOWN, "anna", by, now),
    ):
        await change
        woken.append(desk.woken)
    assert woken == [1, 1, 2, 3]


async def test_a_new_pin_replaces_the_old_one(desk: Office) -> None:
    by = await boss(desk)
    await desk.supervisors.add(TOWN, "anna", by, desk.clock())
    await desk.supervisors.set_pin("anna", PIN, by, desk.clock())
    before = await told(desk)
    await desk.supervisors.set_pin("anna", OTHER_PIN, by, desk.clock.advance(seconds=1))
    (after,) = await told(desk)
    assert before != (after,)
    assert PasswordHasher().verify(after.verifier, OTHER_PIN)


async def test_a_pin_ends_with_the_last_site_and_does_not_come_back(desk: Office) -> None:
    by, now = await boss(desk), desk.clock()
    second = (await desk.catalog.add_site((await desk.catalog.all_sites())[0].parameters, None, now)).site_id
    for site in (TOWN, second):
        await desk.supervisors.add(site, "anna", by, now)
    await desk.supervisors.set_pin("anna", PIN, by, now)
    await desk.supervisors.remove(TOWN, "anna", by, now)
    assert (await told(desk), len(await told(desk, second))) == ((), 1)
    await desk.supervisors.remove(second, "anna", by, now)
    assert (await desk.supervisors.add(TOWN, "anna", by, now)).pin_set_at is None
    assert await told(desk) == ()


async def test_a_person_sets_an_own_pin_by_the_own_password(desk: Office) -> None:
    anna = await who(desk, "anna", "sales.sell")
    await desk.supervisors.add(TOWN, "anna", await boss(desk), desk.clock())
    assert await code_of(desk.supervisors.set_own_pin(anna, "wrong", PIN, desk.clock())) is ProblemCode.SIGN_IN_FAILED
    assert await told(desk) == ()
    assert (await desk.supervisors.set_own_pin(anna, PASSWORD, PIN, desk.clock())).user_id == anna.user_id
    assert len(await told(desk)) == 1


async def test_a_password_for_one_use_does_not_set_an_own_pin(desk: Office) -> None:
    one_time = (await desk.accounts.reset_password(await desk.accounts.number_of("anna"), None, desk.clock()))[1]
    await desk.supervisors.add(TOWN, "anna", await boss(desk), desk.clock())
    anna = (await desk.identity.sign_in(Attempt("anna", one_time, "here"), desk.clock())).principal
    attempt = desk.supervisors.set_own_pin(anna, one_time, PIN, desk.clock())
    assert await code_of(attempt) is ProblemCode.PASSWORD_CHANGE_REQUIRED


async def test_a_person_cannot_set_the_pin_of_a_person_who_may_do_more(desk: Office) -> None:
    await desk.supervisors.add(TOWN, "anna", await boss(desk), desk.clock())
    clerk = await who(desk, "ben", "supervisors.edit")
    assert await code_of(desk.supervisors.set_pin("anna", PIN, clerk, desk.clock())) is ProblemCode.FORBIDDEN
    assert await told(desk) == ()


async def test_what_is_not_there_is_said(desk: Office) -> None:
    by, now = await boss(desk), desk.clock()
    one = desk.supervisors
    assert await code_of(one.add(NOWHERE, "anna", by, now)) is ProblemCode.NOT_FOUND
    assert await code_of(one.add(TOWN, "nobody", by, now)) is ProblemCode.NOT_FOUND
    assert await code_of(one.remove(TOWN, "anna", by, now)) is ProblemCode.NOT_FOUND
    assert await code_of(one.set_pin("nobody", PIN, by, now)) is ProblemCode.NOT_FOUND
    assert await code_of(one.set_pin("anna", PIN, by, now)) is ProblemCode.CONFLICT
    assert await code_of(one.of_site(NOWHERE)) is ProblemCode.NOT_FOUND
    assert desk.woken == 0


async def test_a_weak_pin_is_refused_from_any_person(desk: Office) -> None:
    await desk.supervisors.add(TOWN, "anna", await boss(desk), desk.clock())
    anna = await who(desk, "anna", "sales.sell")
    assert await code_of(desk.supervisors.set_pin("anna", "123456", await boss(desk), desk.clock())) is ProblemCode.PIN_WEAK
    assert await code_of(desk.supervisors.set_own_pin(anna, PASSWORD, "000000", desk.clock())) is ProblemCode.PIN_WEAK


async def test_no_more_supervisors_than_a_gate_reads(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    by = await boss(desk)
    monkeypatch.setattr(supervisors, "MAX_SUPERVISORS", 1)
    await desk.supervisors.add(TOWN, "anna", by, desk.clock())
    assert await code_of(desk.supervisors.add(TOWN, "ben", by, desk.clock())) is ProblemCode.CONFLICT
    await desk.supervisors.add(TOWN, "anna", by, desk.clock())


async def test_a_disabled_person_supervises_no_gate(desk: Office) -> None:
    by = await boss(desk)
    await desk.supervisors.add(TOWN, "anna", by, desk.clock())
    await desk.supervisors.set_pin("anna", PIN, by, desk.clock())
    async with desk.store.transaction() as work:
        row = (await work.session.exec(select(UserRow).where(UserRow.name == "anna"))).one()
        row.is_disabled = True
        work.session.add(row)
    assert await told(desk) == ()


@pytest.mark.law(9)
async def test_a_pin_stands_nowhere_and_every_change_is_audited(desk: Office, store: Store) -> None:
    by, now = await boss(desk), desk.clock()
    await desk.supervisors.add(TOWN, "anna", by, now)
    anna = (await desk.supervisors.set_pin("anna", PIN, by, now)).user_id
    await desk.supervisors.remove(TOWN, "anna", by, now)
    await desk.supervisors.add(TOWN, "anna", by, now)
    await desk.supervisors.set_pin("anna", PIN, by, now)
    async with store.reading() as work:
        pin = (await work.session.exec(select(SupervisorPinRow))).one()
        audits = (await work.session.exec(select(AuditRow).order_by(col(AuditRow.id)))).all()
    of_anna = [(one.action, one.user_id) for one in audits if one.subject == f"user:{anna}" and one.action.startswith("superv")]
    assert of_anna == [(f"supervisor.{verb}", by.user_id) for verb in ("add", "set-pin", "remove", "add", "set-pin")]
    assert pin.verifier.startswith("$argon2id$")
    assert PIN not in f"{pin} {audits}"


def test_the_assembly_hashes_pins_at_a_cost_that_a_gate_can_pay() -> None:
    verifier = pin_hasher().hash(PIN)
    assert verifier.startswith("$argon2id$v=19$m=19456,t=3,p=1$")
    assert len(verifier) <= MAX_VERIFIER_CHARACTERS


async def test_two_pins_at_once_leave_one(desk: Office, store: Store, clock: HandClock) -> None:
    by = await boss(desk)
    await desk.supervisors.add(TOWN, "anna", by, clock())
    other = Supervisors(store, Passwords(cheap_hasher()), lambda: None)
    await asyncio.gather(desk.supervisors.set_pin("anna", PIN, by, clock()), other.set_pin("anna", OTHER_PIN, by, clock()))
    assert len(await told(desk)) == 1
