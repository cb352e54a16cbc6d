"""The menu: arranging it loses no page, and no person sees a page that they may not open."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.domain.principal import Principal
from central.domain.problems import Problem
from central.identity.menu_service import Menus
from central.identity.menus import SHIPPED, ArrangedMenuGroup, ArrangedPage, Menu, MenuGroup, Page, arranged, fault_of, seen_by
from central.identity.permissions import ALL, Permission
from central.operations import OPERATIONS
from central.web.access import Access
from tests.builders.office import Office

KEYS = [page.key for group in SHIPPED for page in group.pages]
BOSS = Principal(1, "seller", frozenset(ALL), must_change_password=False)


def placed(menu: Menu) -> tuple[ArrangedMenuGroup, ...]:
    return tuple(
        ArrangedMenuGroup(
            one.key, one.title_zh, one.title_en, tuple(ArrangedPage(page.key, page.is_hidden) for page in one.pages)
        )
        for one in menu
    )


def keys(menu: Menu) -> list[str]:
    return [page.key for group in menu for page in group.pages]


def test_the_shipped_menu_has_no_fault_and_names_every_page_once() -> None:
    assert fault_of(placed(SHIPPED)) is None
    assert len(set(KEYS)) == len(KEYS)
    assert arranged(placed(SHIPPED)) == SHIPPED


@given(st.permutations(KEYS), st.sets(st.sampled_from(KEYS)))
def test_any_arrangement_keeps_every_page_in_the_order_that_was_asked(order: list[str], hidden: set[str]) -> None:
    asked = (ArrangedMenuGroup("own", "我的", "Mine", tuple(ArrangedPage(key, key in hidden) for key in order)),)
    menu = arranged(asked)
    assert fault_of(asked) is None
    assert keys(menu) == order
    assert set(keys(seen_by(menu, ALL))) == set(order) - hidden


def with_more(key: str, *pages: str) -> tuple[ArrangedMenuGroup, ...]:
    more = ArrangedMenuGroup(key, "更", "More", tuple(ArrangedPage(page, is_hidden=False) for page in pages))
    return (*placed(SHIPPED), more)


def without(key: str) -> tuple[ArrangedMenuGroup, ...]:
    return tuple(replace(group, pages=tuple(page for page in group.pages if page.key != key)) for group in placed(SHIPPED))


@pytest.mark.parametrize(
    ("arrangement", "fault"),
    [
        (without("users"), "the page users is missing; hide it instead"),
        (
            (*placed(SHIPPED), ArrangedMenuGroup("more", "更", "More", (ArrangedPage("users", is_hidden=False),))),
            "the page users stands twice",
        ),
        (with_more("more", "users"), "the page users stands twice"),
        (with_more("more", "moon"), "there is no page moon"),
        (with_more("system"), "the group system stands twice"),
    ],
)
def test_a_wrong_arrangement_is_named(arrangement: tuple[ArrangedMenuGroup, ...], fault: str) -> None:
    assert str(fault_of(arrangement)) == fault


def test_a_page_of_a_later_version_stands_in_its_group_of_an_old_arrangement() -> None:
    old = without("roles")
    assert keys(arranged(old)).count("roles") == 1
    later = (*SHIPPED, MenuGroup("moon", "月", "Moon", (Page("dark-side", "背面", "Dark side", Permission.USERS_READ),)))
    assert keys(arranged(placed(SHIPPED), later))[-1] == "dark-side"


@pytest.mark.parametrize("permission", Permission)
def test_a_page_is_seen_with_its_permission_only(permission: Permission) -> None:
    seen = seen_by(SHIPPED, {permission.value})
    assert {page.permission for group in seen for page in group.pages} <= {permission, None}
    assert all(group.pages for group in seen)


def test_a_page_without_a_permission_is_seen_by_each_person() -> None:
    assert keys(seen_by(SHIPPED, ())) == ["exports"]


# What each page reads first; of one permission that several operations have, the one that gives the page its rows.
READS = {
    "home": "readHome", "why": "explainRefusal", "on-site": "listOnSiteCorrections", "exports": "listKeptExports",
    "users": "listUsers", "roles": "listRoles", "menus": "readMenuArrangement", "tokens": "listTokens", "log": "listAuditRecords",
    "parameters": "readParameterGroups", "promoters": "listPromoters", "agencies": "listAgencies",
    "setting-groups": "readSettingGroups", "ticket-types": "listTicketTypes", "faces": "listFaces",
    "sale-settings": "readSaleSettings", "sell": "listSellableTicketTypes", "own-shift": "readOwnShift",
    "unprinted-orders": "listUnprintedOrders", "group-orders": "listGroupOrders", "refunds": "listRefunds",
    "refund-batches": "listRefundBatches", "check-points": "listCheckPoints", "agents": "listAgents", "alarms": "listAlarms",
    "conflicts": "listConflicts", "supervisors": "listSupervisors", "checker": "readOwnCheckPoints",
    "reconciliation": "listReconciliationDifferences", "payment-refunds": "listPaymentRefunds", "takings": "readTakings",
    "bills": "readBillDays", "ledger": "listLedgerEntries", "payments": "listPayments", "admissions": "listAdmissions",
    "admission-refusals": "listAdmissionRefusals", "orders": "listOrders", "activation-codes": "listActivationCodes",
    "promoter-statistics": "readPromoterStatistics", "refund-records": "listRefunds", "reprints": "listReprints",
    "ticket-statistics": "readTicketStatistics", "seller-statistics": "readSellerStatistics", "shifts": "listShifts",
}  # fmt: skip
# Each person who is signed in reads these for other pages; the page of them is for those who set up what is sold.
FOR_SETTING_UP = {"sites": "listSites", "categories": "readCategories"}


def test_a_page_takes_the_permission_of_what_it_reads_first() -> None:
    access = {one.operation_id: one.access for one in OPERATIONS}
    pages = {page.key: page.permission for group in SHIPPED for page in group.pages}
    assert set(READS) | set(FOR_SETTING_UP) == set(pages)
    assert {key: access[read] for key, read in READS.items()} == {
        key: Access.SIGNED_IN if pages[key] is None else pages[key] for key in READS
    }
    assert {access[read] for read in FOR_SETTING_UP.values()} == {Access.SIGNED_IN}
    assert {pages[key] for key in FOR_SETTING_UP} == {Permission.CATALOG_READ}


def test_the_groups_stand_in_the_order_that_operators_know() -> None:
    assert [group.title_zh for group in SHIPPED] == [
        "工作台", "系统管理", "基础设置", "票务管理", "检票管理", "资金管理", "报表明细"
    ]  # fmt: skip
    titles = [title for group in SHIPPED for page in group.pages for title in (page.title_zh, page.title_en)]
    assert len(set(titles)) == len(titles), "two pages never look alike in a menu"


async def test_an_arrangement_stands_until_it_is_restored(office: Office) -> None:
    menus, turned = Menus(office.store), tuple(reversed(placed(SHIPPED)))
    assert await menus.menu() == SHIPPED
    await menus.arrange(turned, BOSS, office.clock())
    assert await menus.menu() == tuple(reversed(SHIPPED))
    with pytest.raises(Problem):
        await menus.arrange(without("users"), BOSS, office.clock())
    assert await menus.menu() == tuple(reversed(SHIPPED))
    assert await menus.restore(BOSS, office.clock()) == SHIPPED
    assert await menus.menu() == SHIPPED
