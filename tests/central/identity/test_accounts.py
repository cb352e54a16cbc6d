"""People and roles: which person may change which, what takes effect when, and what can never be lost."""

from collections.abc import Awaitable
from dataclasses import replace

import pytest
from sqlmodel import delete

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.domain.saying import Said
from central.identity.accounts import ADMIN, ALL_PEOPLE, WINDOW, Profile, UserState, WantedPeople
from central.identity.permissions import ALL, Permission
from central.identity.roles import RoleGrant, administrators
from central.identity.rules.preferences import SHIPPED, Theme
from central.identity.service import Attempt
from central.store.tables.audit import AuditRow
from protocol.instants import Instant
from tests.builders.office import Office

MACHINE = None
PASSWORD = "a long passphrase"


@pytest.fixture
async def house(office: Office) -> Office:
    """An office with its administrator (2), after the builder's seller (1)."""
    async with office.store.transaction() as work:
        role = await administrators(work, office.clock())
    await office.accounts.add(ADMIN, Profile("", WINDOW, frozenset({role})), MACHINE, office.clock())
    return office


async def code_of(attempt: Awaitable[object]) -> ProblemCode:
    with pytest.raises(Problem) as problem:
        await attempt
    return problem.value.code


def clerk(*permissions: str, scope: DataScope = DataScope.ALL, number: int = 1) -> Principal:
    return Principal(number, "clerk", frozenset(permissions), must_change_password=False, scope=scope)


async def role(house: Office, name: str, *permissions: Permission, scope: DataScope = DataScope.OWN) -> int:
    return (await house.roles.add(RoleGrant(name, frozenset(permissions), scope, scope), MACHINE, house.clock())).role_id


async def person(house: Office, name: str, *role_ids: int) -> tuple[int, str]:
    made, password = await house.accounts.add(name, Profile("", WINDOW, frozenset(role_ids)), MACHINE, house.clock())
    return made.user_id, password


async def signed_in(house: Office, name: str, password: str) -> str:
    return (await house.identity.sign_in(Attempt(name, password, "here"), house.clock())).token


async def test_a_person_may_what_their_roles_give_together(house: Office) -> None:
    sell = await role(house, "sellers", Permission.SALES_SELL)
    see = await role(house, "chief sellers", Permission.SALES_READ, scope=DataScope.CHANNEL)
    _, password = await person(house, "wang", sell, see)
    who = await house.identity.principal(await signed_in(house, "wang", password), house.clock())
    assert who is not None
    assert (who.permissions, who.scope) == (frozenset({"sales.sell", "sales.read"}), DataScope.CHANNEL)


async def test_without_a_role_a_person_may_nothing_and_sees_only_the_own(house: Office) -> None:
    _, password = await person(house, "wang")
    who = await house.identity.principal(await signed_in(house, "wang", password), house.clock())
    assert who is not None
    assert (who.permissions, who.scope) == (frozenset(), DataScope.OWN)


async def test_a_changed_role_is_effective_with_the_next_request(house: Office) -> None:
    sell = await role(house, "sellers", Permission.SALES_SELL)
    _, password = await person(house, "wang", sell)
    token = await signed_in(house, "wang", password)
    await house.roles.change(sell, RoleGrant("sellers", frozenset(), DataScope.OWN, DataScope.OWN), clerk(*ALL), house.clock())
    who = await house.identity.principal(token, house.clock())
    assert who is not None
    assert who.permissions == frozenset()


async def test_a_disabled_person_is_out_at_once_and_may_be_let_in_again(house: Office) -> None:
    number, password = await person(house, "wang")
    token = await signed_in(house, "wang", password)
    await house.accounts.set_disabled(number, disabled=True, by=clerk(*ALL), now=house.clock())
    assert await house.identity.principal(token, house.clock()) is None
    attempt = house.identity.sign_in(Attempt("wang", password, "here"), house.clock())
    assert await code_of(attempt) is ProblemCode.SIGN_IN_FAILED
    await house.accounts.set_disabled(number, disabled=False, by=clerk(*ALL), now=house.clock())
    assert await house.identity.principal(token, house.clock()) is None
    await signed_in(house, "wang", password)


async def test_who_has_records_is_not_deleted(house: Office) -> None:
    number, password = await person(house, "wang")
    await signed_in(house, "wang", password)
    assert await code_of(house.accounts.delete(number, clerk(*ALL), house.clock())) is ProblemCode.CONFLICT
    assert (await house.accounts.person(number)).name == "wang"


async def test_who_made_something_is_not_deleted_after_the_audit_was_purged(house: Office) -> None:
    number, _ = await person(house, "wang")
    dark = replace(SHIPPED, theme=Theme.DARK)
    await house.preferences.put(dark, 0, number, house.clock())
    async with house.store.transaction() as work:
        await work.session.exec(delete(AuditRow))
    with pytest.raises(Problem) as problem:
        await house.accounts.delete(number, clerk(*ALL), house.clock())
    assert problem.value.said.message.code == "user_has_records"
    assert (await house.preferences.of_person(number), (await house.accounts.person(number)).name) == (dark, "wang")


async def test_who_never_did_anything_is_deleted(house: Office) -> None:
    sell = await role(house, "sellers", Permission.SALES_SELL)
    number, _ = await person(house, "wang", sell)
    await house.accounts.delete(number, clerk(*ALL), house.clock())
    assert await code_of(house.accounts.person(number)) is ProblemCode.NOT_FOUND
    assert next(one.people for one in await house.roles.all_roles() if one.role_id == sell) == 0


async def test_a_new_password_ends_sessions_and_the_old_password(house: Office) -> None:
    number, old = await person(house, "wang")
    token = await signed_in(house, "wang", old)
    _, new = await house.accounts.reset_password(number, clerk(*ALL), house.clock())
    assert await house.identity.principal(token, house.clock()) is None
    assert (await house.identity.sign_in(Attempt("wang", new, "here"), house.clock())).principal.must_change_password
    assert await code_of(house.identity.sign_in(Attempt("wang", old, "here"), house.clock())) is ProblemCode.SIGN_IN_FAILED


@pytest.mark.parametrize("does", ["change", "disable", "delete"])
async def test_the_last_administrator_stays(house: Office, does: str) -> None:
    number, by = await house.accounts.number_of(ADMIN), clerk(*ALL)
    attempts = {
        "change": house.accounts.change(number, Profile("", WINDOW, frozenset()), by, house.clock()),
        "disable": house.accounts.set_disabled(number, disabled=True, by=by, now=house.clock()),
        "delete": house.accounts.delete(number, by, house.clock()),
    }
    for name, attempt in attempts.items():
        if name == does:
            assert await code_of(attempt) is ProblemCode.CONFLICT
        else:
            attempt.close()
    assert not (await house.accounts.person(number)).is_disabled


async def test_a_person_cannot_disable_themselves(house: Office) -> None:
    attempt = house.accounts.set_disabled(1, disabled=True, by=clerk(*ALL, number=1), now=house.clock())
    assert await code_of(attempt) is ProblemCode.CONFLICT


async def test_a_person_cannot_give_open_or_take_what_they_do_not_hold(house: Office) -> None:
    money = await role(house, "money", Permission.REFUNDS_OVERRIDE)
    number, _ = await person(house, "wang", money)
    by, now, accounts, roles = clerk("users.edit", "roles.edit", "sales.sell"), house.clock(), house.accounts, house.roles
    attempts = [
        accounts.add("zhao", Profile("", WINDOW, frozenset({money})), by, now),
        accounts.change(number, Profile("", WINDOW, frozenset()), by, now),
        accounts.set_disabled(number, disabled=True, by=by, now=now),
        accounts.delete(number, by, now),
        accounts.reset_password(number, by, now),
        roles.add(RoleGrant("more", frozenset({Permission.REFUNDS_OVERRIDE}), DataScope.OWN, DataScope.OWN), by, now),
        roles.change(money, RoleGrant("money", frozenset(), DataScope.OWN, DataScope.OWN), by, now),
        roles.delete(money, by, now),
    ]
    assert [await code_of(attempt) for attempt in attempts] == [ProblemCode.FORBIDDEN] * len(attempts)


async def test_what_a_person_lacks_is_named_by_its_title(house: Office) -> None:
    with pytest.raises(Problem) as problem:
        await house.roles.add(
            RoleGrant("sellers", frozenset({Permission.SALES_SELL}), DataScope.OWN, DataScope.OWN), clerk(), house.clock()
        )
    said = problem.value.said
    assert isinstance(said, Said)
    assert said.text(chinese=True) == "您自己没有“售票”权限，请联系有此权限的人员"
    assert said.values() == {"permission": {"code": "sales.sell", "parameters": {}}}


async def test_a_person_cannot_let_others_see_more_than_themselves(house: Office) -> None:
    by = clerk(*ALL, scope=DataScope.CHANNEL)
    wide = RoleGrant("auditors", frozenset({Permission.SALES_READ}), DataScope.ALL, DataScope.ALL)
    assert await code_of(house.roles.add(wide, by, house.clock())) is ProblemCode.FORBIDDEN


async def test_the_administrators_role_stays_as_it_is(house: Office) -> None:
    fixed = next(one for one in await house.roles.all_roles() if one.is_fixed)
    by, grant = clerk(*ALL), RoleGrant("weaker", frozenset(), DataScope.OWN, DataScope.OWN)
    assert await code_of(house.roles.change(fixed.role_id, grant, by, house.clock())) is ProblemCode.CONFLICT
    assert await code_of(house.roles.delete(fixed.role_id, by, house.clock())) is ProblemCode.CONFLICT
    assert (fixed.permissions, fixed.people) == (frozenset(ALL), 1)


async def test_a_role_that_a_person_has_is_not_deleted(house: Office) -> None:
    sell = await role(house, "sellers", Permission.SALES_SELL)
    number, _ = await person(house, "wang", sell)
    assert await code_of(house.roles.delete(sell, clerk(*ALL), house.clock())) is ProblemCode.CONFLICT
    await house.accounts.change(number, Profile("王", "kiosk", frozenset()), clerk(*ALL), house.clock())
    await house.roles.delete(sell, clerk(*ALL), house.clock())
    assert (await house.accounts.person(number)).profile == Profile("王", "kiosk", frozenset())


async def test_a_name_is_given_once_and_a_role_must_be_there(house: Office) -> None:
    await role(house, "sellers")
    await person(house, "wang")
    assert await code_of(person(house, "wang")) is ProblemCode.CONFLICT
    assert await code_of(role(house, "sellers")) is ProblemCode.CONFLICT
    assert await code_of(person(house, "zhao", 99)) is ProblemCode.INPUT_INVALID
    assert await code_of(house.accounts.number_of("zhao")) is ProblemCode.NOT_FOUND


async def test_people_are_listed_page_by_page(house: Office) -> None:
    for name in ("a", "b", "c"):
        await person(house, name)
    first = await house.accounts.people(ALL_PEOPLE, None, 3)
    second = await house.accounts.people(ALL_PEOPLE, first[-1].user_id, 3)
    assert [one.name for one in (*first, *second)] == ["seller", ADMIN, "a", "b", "c"]


async def test_people_are_found_by_name_role_state_and_last_sign_in(house: Office) -> None:
    sellers = await role(house, "sellers", Permission.SALES_SELL)
    wang, password = await person(house, "wang_1", sellers)
    zhao, _ = await person(house, "zhao")
    await house.accounts.change(zhao, Profile("Zhao Wang", WINDOW, frozenset()), clerk(*ALL), house.clock())
    now = house.clock.advance(seconds=60)
    await signed_in(house, "wang_1", password)
    await house.accounts.set_disabled(zhao, disabled=True, by=clerk(*ALL), now=now)
    for wanted, expected in (
        (WantedPeople(text="WANG"), [wang, zhao]),
        (WantedPeople(text="g_"), [wang]),
        (WantedPeople(text="%"), []),
        (WantedPeople(role_id=sellers), [wang]),
        (WantedPeople(state=UserState.DISABLED), [zhao]),
        (WantedPeople(text="wang", state=UserState.ACTIVE), [wang]),
        (WantedPeople(since=now), [wang]),
        (WantedPeople(text="wang", until=Instant(now - 1)), [zhao]),
        (WantedPeople(text="wang", until=now), [wang, zhao]),
    ):
        assert [one.user_id for one in await house.accounts.people(wanted, None, 9)] == expected, wanted
    assert (await house.accounts.person(wang)).signed_in_at == now
