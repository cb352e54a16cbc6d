"""Promoters, who bring orders, and travel agencies, which buy by contract."""

from tests.examples.teller import Teller
from tests.examples.trade import GROUP, VISIT_DAY

GUIDE = {"name": "王伟", "phone": "13800138000"}


async def story(tell: Teller) -> None:
    """A promoter gets a QR; an agency pays beforehand and brings a group."""
    await _promoters(tell)
    agency = {"site_id": 1, "name": "Spring Tours", "contacts": [GUIDE], "charges": "actual"}
    agency_id = (await tell.show("addAgency", agency))["agency_id"]
    await tell.show(
        "changeAgency", {"version": 0, **agency, "credit_limit_fen": 500_000, "is_disabled": False}, agency_id=agency_id
    )
    contract = {"ticket_type_id": GROUP, "first_day": "2026-05-01", "last_day": "2026-05-31", "price_fen": 4_000}
    await tell.show("setAgencyPrices", {"version": 0, "prices": [contract]}, agency_id=agency_id)
    await tell.show("readAgencyPrices", agency_id=agency_id)
    money = {"kind": "top-up", "amount_fen": 100_000, "method": "bank_transfer", "reference": "slip 7"}
    await tell.show("takeAgencyMoney", money, agency_id=agency_id)
    await _group(tell, agency_id)
    await _paid_later(tell, agency_id)
    await tell.show("readAgency", agency_id=agency_id)
    await tell.show("listAgencies")
    may = {"first_day": "2026-05-01", "last_day": "2026-05-31"}
    await tell.show("readAgencyStatement", agency_id=agency_id, **may)
    await tell.show("exportAgencyStatement", agency_id=agency_id, format="csv", **may)
    await tell.show("amendAgency", {"version": 1, "is_disabled": True}, agency_id=agency_id)
    left_fen = (await tell.ask("readAgency", agency_id=agency_id))["prepaid_fen"]
    rest = {"amount_fen": left_fen, "method": "bank_transfer", "reference": "slip 9"}
    await tell.show("payAgencyOut", rest, agency_id=agency_id)


async def _promoters(tell: Teller) -> None:
    group = {"name": "Hotels"}
    group_id = (await tell.show("addPromoterGroup", group))["group_id"]
    await tell.show("changePromoterGroup", {"version": 0, "name": "Hotels and inns", "is_disabled": False}, group_id=group_id)
    await tell.show("listPromoterGroups")
    inn = {"kind": "firm", "name": "Inn at the Gate", "group_id": group_id, "commission_per_mille": 50}
    promoter_id = (await tell.show("addPromoter", inn))["promoter_id"]
    more = {"version": 0, **inn, "commission_per_mille": 60, "is_disabled": False}
    await tell.show("changePromoter", more, promoter_id=promoter_id)
    await tell.show("amendPromoter", {"version": 1, "name": "Inn by the Gate"}, promoter_id=promoter_id)
    await tell.show("renewPromoterCode", promoter_id=promoter_id)
    await tell.show("readPromoter", promoter_id=promoter_id)
    await tell.show("listPromoters", group_id=group_id)
    await tell.show("readPromoterQr", promoter_id=promoter_id)


async def _group(tell: Teller, agency_id: int) -> None:
    group = {"site_id": 1, "lines": [{"ticket_type_id": GROUP, "persons": 12, "visit_day": VISIT_DAY}]}
    total_fen = (await tell.show("quoteAgencyOrder", group, agency_id=agency_id))["total_fen"]
    deal = {**group, "expected_total_fen": total_fen, "method": "prepaid", "guide": GUIDE}
    order_id = (await tell.show("sellAgencyOrder", deal, agency_id=agency_id))["order_id"]
    await tell.show("readGroupOrder", order_id=order_id)
    await tell.show("listGroupOrders", agency_id=agency_id)
    await tell.show("readGroupGuide", order_id=order_id)
    file = "姓名,证件类型,国籍,证件号码\n王伟,身份证,,11010519491231002X\nAnne Martin,护照,FR,E1234567\n"
    report = await tell.send("reportImports", file, kind="group-names", order_id=order_id)
    await tell.ask("applyImport", report_id=report["report_id"])
    await tell.show("readGroupNames", order_id=order_id)
    await tell.show("endGroupOrder", order_id=order_id)


async def _paid_later(tell: Teller, agency_id: int) -> None:
    group = {"site_id": 1, "lines": [{"ticket_type_id": GROUP, "persons": 10, "visit_day": VISIT_DAY}]}
    later = {"expires_at": "2026-05-10T18:00:00+08:00", "guide": GUIDE, "expected_total_fen": 40_000}
    await tell.show("holdAgencyOrder", {**group, **later}, agency_id=agency_id)
