"""The navigation menu of the back office (菜单管理): the tree as shipped, as a person arranged it, and as one person sees it.

Laws: an arrangement holds every page exactly once, shown or hidden, so that a new version's page is never lost; a person sees a
page only with its permission, if it has one, also where the arrangement shows it; a group without a visible page is not shown.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from central.domain.saying import Said
from central.identity.messages import GROUP_TWICE, NO_PAGE, PAGE_MISSING, PAGE_TWICE
from central.identity.permissions import Permission

MOST_GROUPS = 50
MAX_TITLE_CHARACTERS = 32


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the console, and the permission of what it reads first; None: open to each person who is signed in."""

    key: str
    title_zh: str
    title_en: str
    permission: Permission | None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """A group of pages under one title."""

    key: str
    title_zh: str
    title_en: str
    pages: tuple[Page, ...]


Menu = tuple[MenuGroup, ...]

SHIPPED: Menu = (
    MenuGroup(
        "today",
        "工作台",
        "Today",
        (
            Page("home", "首页", "Home", Permission.REPORTS_READ),
            Page("why", "为何不开闸", "Why did the gate not open", Permission.SALES_READ),
            Page("on-site", "在园人数", "On site now", Permission.REPORTS_READ),
            Page("exports", "导出任务", "Exports", None),
        ),
    ),
    MenuGroup(
        "system",
        "系统管理",
        "System",
        (
            Page("users", "用户管理", "Users", Permission.USERS_READ),
            Page("roles", "角色管理", "Roles", Permission.USERS_READ),
            Page("menus", "菜单管理", "Menus", Permission.MENUS_EDIT),
            Page("tokens", "接口令牌", "API tokens", Permission.TOKENS_EDIT),
            Page("log", "日志", "Log", Permission.AUDIT_READ),
        ),
    ),
    MenuGroup(
        "settings",
        "基础设置",
        "Basic settings",
        (
            Page("parameters", "参数设置", "Parameters", Permission.PARAMETERS_READ),
            Page("sites", "景区", "Sites", Permission.CATALOG_READ),
            Page("categories", "票据分类", "Categories", Permission.CATALOG_READ),
            Page("promoters", "分销渠道", "Promoters", Permission.PROMOTERS_READ),
            Page("agencies", "旅行社", "Travel agencies", Permission.AGENCIES_READ),
            Page("setting-groups", "设置分组", "Setting groups", Permission.CATALOG_READ),
        ),
    ),
    MenuGroup(
        "tickets",
        "票务管理",
        "Tickets",
        (
            Page("ticket-types", "票据管理", "Ticket types", Permission.CATALOG_READ),
            Page("faces", "票面", "Ticket faces", Permission.CATALOG_READ),
            Page("sale-settings", "售票设置", "Sale settings", Permission.CATALOG_READ),
            Page("sell", "窗口售票", "Window sale", Permission.SALES_SELL),
            Page("own-shift", "交班", "Shift", Permission.SALES_SELL),
            Page("unprinted-orders", "待打印订单", "Unprinted orders", Permission.SALES_READ),
            Page("group-orders", "团队单", "Group orders", Permission.AGENCIES_READ),
            Page("refunds", "退票管理", "Refunds", Permission.REFUNDS_READ),
            Page("refund-batches", "闭园退票", "Refunds of closed days", Permission.REFUNDS_READ),
        ),
    ),
    MenuGroup(
        "gates",
        "检票管理",
        "Gates",
        (
            Page("check-points", "检票设备", "Check points", Permission.DEVICES_READ),
            Page("agents", "检票终端", "Agents", Permission.DEVICES_READ),
            Page("alarms", "告警", "Alarms", Permission.DEVICES_READ),
            Page("conflicts", "检票冲突", "Conflicts", Permission.ADMISSIONS_READ),
            Page("supervisors", "现场主管", "Supervisors", Permission.SUPERVISORS_EDIT),
            Page("checker", "手机验票", "Check tickets", Permission.ADMISSIONS_CHECK),
        ),
    ),
    MenuGroup(
        "money",
        "资金管理",
        "Money",
        (
            Page("reconciliation", "对账", "Reconciliation", Permission.PAYMENTS_READ),
            Page("payment-refunds", "退款单据", "Payment refunds", Permission.PAYMENTS_READ),
            Page("takings", "收款统计", "Takings", Permission.REPORTS_READ),
            Page("bills", "对账单", "Bills", Permission.PAYMENTS_READ),
            Page("ledger", "记账明细", "Ledger", Permission.PAYMENTS_READ),
        ),
    ),
    MenuGroup(
        "reports",
        "报表明细",
        "Reports",
        (
            Page("payments", "付款单据", "Payment documents", Permission.PAYMENTS_READ),
            Page("admissions", "检票记录", "Admission records", Permission.ADMISSIONS_READ),
            Page("admission-refusals", "拒绝记录", "Refusals", Permission.ADMISSIONS_READ),
            Page("orders", "票据订单", "Ticket orders", Permission.SALES_READ),
            Page("activation-codes", "激活码", "Activation codes", Permission.SALES_READ),
            Page("promoter-statistics", "分销统计", "Distribution report", Permission.REPORTS_READ),
            Page("refund-records", "退票记录", "Refund records", Permission.REFUNDS_READ),
            Page("reprints", "补打记录", "Reprints", Permission.REPORTS_READ),
            Page("ticket-statistics", "门票统计", "Ticket statistics", Permission.REPORTS_READ),
            Page("seller-statistics", "渠道统计", "Channel statistics", Permission.REPORTS_READ),
            Page("shifts", "交班记录", "Shifts", Permission.SHIFTS_READ),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class ArrangedPage:
    """Where an arrangement puts a page."""

    key: str
    is_hidden: bool


@dataclass(frozen=True, slots=True)
class ArrangedMenuGroup:
    """A group of an arrangement; its key is its own or one of the shipped ones."""

    key: str
    title_zh: str
    title_en: str
    pages: tuple[ArrangedPage, ...]


def fault_of(arrangement: Collection[ArrangedMenuGroup], shipped: Menu = SHIPPED) -> Said | None:
    """Return what is wrong with an arrangement, or None: it needs each page exactly once, and each group's key once."""
    groups = [group.key for group in arrangement]
    placed = [page.key for group in arrangement for page in group.pages]
    known = {page.key for page in _pages(shipped)}
    if twice := _twice(groups):
        return GROUP_TWICE.of(key=twice)
    if twice := _twice(placed):
        return PAGE_TWICE.of(key=twice)
    if unknown := sorted(set(placed) - known):
        return NO_PAGE.of(key=unknown[0])
    if missing := sorted(known - set(placed)):
        return PAGE_MISSING.of(key=missing[0])
    return None


def arranged(arrangement: Iterable[ArrangedMenuGroup], shipped: Menu = SHIPPED) -> Menu:
    """Return the menu as arranged. A page of a later version stands in its shipped group, or in a group that is made for it."""
    known = {page.key: page for page in _pages(shipped)}
    placed = list(arrangement)
    menu = [_group(group, known) for group in placed]
    seen = {page.key for group in placed for page in group.pages}
    for group in shipped:
        fresh = tuple(page for page in group.pages if page.key not in seen)
        if fresh:
            _add(menu, replace(group, pages=fresh))
    return tuple(menu)


def seen_by(menu: Menu, permissions: Collection[str]) -> Menu:
    """Return what a person sees of a menu."""
    kept = (
        replace(group, pages=tuple(page for page in group.pages if _is_open(page, permissions) and not page.is_hidden))
        for group in menu
    )
    return tuple(group for group in kept if group.pages)


def _is_open(page: Page, permissions: Collection[str]) -> bool:
    return page.permission is None or page.permission in permissions


def _group(group: ArrangedMenuGroup, known: dict[str, Page]) -> MenuGroup:
    pages = tuple(replace(known[page.key], is_hidden=page.is_hidden) for page in group.pages if page.key in known)
    return MenuGroup(group.key, group.title_zh, group.title_en, pages)


def _add(menu: list[MenuGroup], fresh: MenuGroup) -> None:
    for place, group in enumerate(menu):
        if group.key == fresh.key:
            menu[place] = replace(group, pages=(*group.pages, *fresh.pages))
            return
    menu.append(fresh)


def _pages(menu: Menu) -> list[Page]:
    return [page for group in menu for page in group.pages]


def _twice(keys: list[str]) -> str | None:
    return next((key for key in keys if keys.count(key) > 1), None)
