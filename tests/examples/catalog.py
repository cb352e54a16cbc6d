"""The ticket types and sites, and the sellers and channels that sell them."""

from tests.examples.site import ENTRY
from tests.examples.teller import Teller

ADULT, VIP = 1, 2
WEEKEND = {"first": "2026-07-01", "last": "2026-08-31", "weekdays": [6, 7], "price_fen": 10_000}
FREE_UNTIL_THE_DAY_BEFORE = {"refund": {"terms": [{"days_before": 1}, {"days_before": 0, "fee_per_mille": 200}]}}


async def story(tell: Teller) -> None:
    """Another site is opened, a type is added from a preset and put on sale at windows."""
    other = {"name_zh": "后山", "name_en": "Back Hill"}
    site = await tell.show("addSite", other)
    site_id = site["site_id"]
    await tell.show("changeSite", {"version": 0, **site["parameters"], "capacity": 800}, site_id=site_id)
    await tell.show("amendSite", {"version": 1, "daily_capacity": 5_000}, site_id=site_id)
    await tell.show("listSites")
    await tell.show("readSite", site_id=site_id)
    await tell.show("readTicketTypePresets", site_id=1)
    child = {"name_zh": "儿童票", "name_en": "Child", "entitlements": [ENTRY]}
    type_id = (await tell.show("addTicketType", {"parameters": child, "price_fen": 4_000}))["ticket_type_id"]
    await tell.show("listTicketTypes")
    await _changed(tell, type_id)
    await _categories(tell, type_id)
    may_sell = {"all_types": False, "ticket_type_ids": [ADULT, type_id]}
    await tell.show("setSaleSetting", {"version": await _version(tell), **may_sell}, kind="channel", name="window")
    kiosk = {"kind": "channel", "name": "kiosk"}
    await tell.show("copySaleSetting", {"to": [kiosk]}, kind="channel", name="window")
    await tell.show("readSaleSettings")
    await tell.show("listSellableTicketTypes")
    await _tried_out(tell, type_id)
    await _groups(tell)


async def _version(tell: Teller) -> int:
    items = (await tell.ask("readSaleSettings"))["items"]
    return next((int(one["version"]) for one in items if (one["kind"], one["name"]) == ("channel", "window")), 0)


async def _changed(tell: Teller, type_id: int) -> None:
    one = await tell.show("readTicketType", ticket_type_id=type_id)
    rules = {**one["parameters"]["sale"], "prices": [WEEKEND]}
    after_sale = {**one["parameters"]["after_sale"], **FREE_UNTIL_THE_DAY_BEFORE}
    sale = {"version": one["version"], "price_fen": 4_500, "is_on_sale": True, "rules": rules, "after_sale": after_sale}
    one = await tell.show("changeTicketTypeSale", sale, ticket_type_id=type_id)
    renamed = {**one["parameters"], "name_en": "Child up to 14"}
    wish = {"version": one["version"], "parameters": renamed, "price_fen": 4_500, "is_on_sale": True}
    one = await tell.show("changeTicketType", wish, ticket_type_id=type_id)
    fewer = {"version": one["version"], "parameters": {"sale": {"per_order": 20}}}
    await tell.show("amendTicketType", fewer, ticket_type_id=type_id)
    plan = {"first_day": "2026-07-01", "changes": {"parameters": {"name_en": "Child, summer"}, "price_fen": 5_000}}
    change_id = (await tell.show("planTicketTypeChange", plan, ticket_type_id=type_id))["change_id"]
    await tell.show("readTicketTypeChanges", ticket_type_id=type_id)
    await tell.show("dropTicketTypeChange", ticket_type_id=type_id, change_id=change_id)
    names = {"name_zh": "儿童夜场票", "name_en": "Child at night"}
    copied = await tell.show("copyTicketType", names, ticket_type_id=type_id)
    number = copied["ticket_type_id"]
    archived = await tell.show("archiveTicketType", {"version": copied["version"]}, ticket_type_id=number)
    restored = await tell.show("restoreTicketType", {"version": archived["version"]}, ticket_type_id=number)
    await tell.ask("archiveTicketType", {"version": restored["version"]}, ticket_type_id=number)


async def _tried_out(tell: Teller, type_id: int) -> None:
    noon = {"check_point_id": 1, "scan_time": "2026-05-10T12:00:00", "visit_day": "2026-05-10", "ticket_type_id": type_id}
    await tell.show("previewAdmission", noon, site_id=1)
    dearer = {"price_fen": 5_000, "is_on_sale": True}
    await tell.show("previewTicketTypeSale", dearer, ticket_type_id=type_id)
    planned = {**dearer, "effective_at": "2026-06-01T00:00:00+08:00"}
    change_id = (await tell.show("planTicketTypeSale", planned, ticket_type_id=type_id))["change_id"]
    await tell.show("readTicketTypeSaleChanges", ticket_type_id=type_id)
    await tell.show("dropTicketTypeSaleChange", ticket_type_id=type_id, change_id=change_id)


async def _groups(tell: Teller) -> None:
    await tell.show("setSettingGroup", {"version": 0, "members": ["kiosk", "mini-program"]}, kind="channel", name="online")
    await tell.show("readSettingGroups")
    await tell.show("deleteSettingGroup", kind="channel", name="online")
    await tell.show("deleteSaleSetting", kind="channel", name="kiosk")


async def _categories(tell: Teller, type_id: int) -> None:
    day = {"name_zh": "日场", "name_en": "By day"}
    category_id = (await tell.show("addCategory", day))["category_id"]
    await tell.show("changeCategory", {"version": 0, **day, "parent_id": None, "position": 1}, category_id=category_id)
    version = (await tell.ask("readTicketType", ticket_type_id=type_id))["version"]
    await tell.show("setTicketTypeCategory", {"version": version, "category_id": category_id}, ticket_type_id=type_id)
    await tell.show("readCategories")
    await tell.ask("setTicketTypeCategory", {"version": version + 1, "category_id": None}, ticket_type_id=type_id)
    await tell.show("deleteCategory", category_id=category_id)
