"""Promoters: to which promoter an order is credited, what it says of its code, and what the report shows of it."""

from datetime import date

import cv2
import numpy as np
import pytest
import zxingcpp

from central.domain.problems import Problem, ProblemCode
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.promoters.rules.attribution import CODE_BYTES, PromoterKind, Promotion, code_of, typed
from central.promoters.service import Promoter, PromoterGroupWish, PromoterState, PromoterWish, WantedPromoters
from central.refunds.upgrades import WantedUpgrade
from central.reports.filters import Wanted as Asked
from central.reports.orders import ORDERS
from central.reports.promoters import OfPromoter
from central.reports.rules.counting import Figures
from central.sales.orders import Order
from central.sales.service import Wanted
from protocol.identifiers import SiteId
from tests.builders.office import EVERYBODY, VISIT, Office, once, sign_in, wanted_line
from tests.builders.trade import Trade

SITE = SiteId(1)
ANNA = PromoterWish(PromoterKind.PERSON, "Anna", None, 50, is_disabled=False)
MAY = Asked(first_day=date(2026, 5, 1), last_day=date(2026, 5, 31))


async def added(office: Office, wish: PromoterWish = ANNA) -> Promoter:
    return await office.promoters.add(wish, office.seller, office.clock())


def wish(*, group: int | None = None, disabled: bool = False) -> PromoterWish:
    return PromoterWish(PromoterKind.PERSON, "Anna", group, 50, is_disabled=disabled)


async def sold(office: Office, code: str | None, key: str = "key-0001", quantity: int = 1) -> Order:
    types = await office.catalog.all_ticket_types() or (await office.ticket_type(),)
    wanted = Wanted(SITE, (wanted_line(types[0], quantity),), promoter_code=code)
    total = (await office.sales.quote(wanted, office.clock())).total_fen
    return await office.sales.sell(wanted, total, AtOnce(Method.CASH, office.seller), once(key), office.clock())


@pytest.mark.parametrize(
    ("random", "code"), [(bytes(8), "A" * 13), (bytes([255] * 8), "7777777777776"), (b"paifang!", "OBQWSZTBNZTSC")]
)
def test_a_code_holds_all_its_random_bits(random: bytes, code: str) -> None:
    assert (len(random), code_of(random), typed(f" {code.lower()} ")) == (CODE_BYTES, code, code)


async def test_an_order_is_due_to_whose_code_it_was_given(office: Office) -> None:
    anna = await added(office)
    order = await sold(office, anna.code.lower())
    assert (order.promoter_id, order.promotion) == (anna.promoter_id, Promotion.ATTRIBUTED)
    assert await sold(office, anna.code) == order
    assert [one.order.order_id for one in await office.listed(ORDERS, Asked(promoter_id=anna.promoter_id))] == [order.order_id]
    assert await office.listed(ORDERS, Asked(promoter_id=9)) == ()


async def test_no_code_keeps_an_order_from_being_made(office: Office) -> None:
    group = await office.promoters.add_group(PromoterGroupWish("guides", is_disabled=True), office.seller, office.clock())
    anna, bob = await added(office, wish(disabled=True)), await added(office, wish(group=group.group_id))
    codes = {None: None, anna.code: Promotion.DISABLED, bob.code: Promotion.DISABLED, "no such code": Promotion.UNKNOWN}
    for number, (code, promotion) in enumerate(codes.items()):
        order = await sold(office, code, f"key-{number:04}")
        assert (order.promoter_id, order.promotion, len(order.tickets)) == (None, promotion, 1)


async def test_a_promoter_who_is_enabled_again_earns_from_then_on(office: Office) -> None:
    anna = await added(office, wish(disabled=True))
    await sold(office, anna.code, "key-0001")
    await office.promoters.change(anna.promoter_id, wish(), office.seller, office.clock())
    assert (await sold(office, anna.code, "key-0002")).promoter_id == anna.promoter_id
    assert (await office.reports.promoter_statistics(MAY, EVERYBODY))[0].figures.orders == 1


async def test_a_new_code_ends_the_old_one(office: Office) -> None:
    anna = await added(office)
    renewed = await office.promoters.renew_code(anna.promoter_id, office.seller, office.clock())
    assert renewed.code != anna.code
    assert (await sold(office, anna.code, "key-0001")).promotion is Promotion.UNKNOWN
    assert (await sold(office, renewed.code, "key-0002")).promoter_id == anna.promoter_id


async def test_an_order_that_waits_counts_when_it_is_paid_and_a_refund_when_it_is_back(office: Office) -> None:
    trade, anna = await Trade(office).open(), await added(office)
    line = wanted_line(await office.ticket_type(), 3)
    held = Wanted(SITE, (line,), promoter_code=anna.code)
    order = await office.sales.hold(held, 24_000, once("hold-0001"), office.seller, office.clock())
    assert order.promoter_id == anna.promoter_id
    assert await office.reports.promoter_statistics(MAY, EVERYBODY) == ()
    await office.payments.pay_at_once(order.order_id, AtOnce(Method.CASH, office.seller), once("pay-0001"), office.clock())
    paid = await office.sales.order(order.order_id)
    await trade.refund(paid.tickets[0].ticket_id, office.seller)
    (one,) = await office.reports.promoter_statistics(MAY, EVERYBODY)
    assert (one, one.net_fen) == (OfPromoter(anna.promoter_id, Figures(1, 3, 3, 24_000, 1, 8_000)), 16_000)
    other = Asked(first_day=date(2026, 5, 11), last_day=date(2026, 5, 31))
    assert await office.reports.promoter_statistics(other, EVERYBODY) == ()


async def test_a_ticket_that_is_handed_in_for_a_dearer_one_stays_due_to_the_promoter(office: Office) -> None:
    anna = await added(office)
    (ticket,) = (await sold(office, anna.code)).tickets
    dear = await office.ticket_type(12_000)
    wanted = WantedUpgrade(ticket.ticket_id, dear.type_id, VISIT, None, "window", None)
    paid = AtOnce(Method.CASH, office.seller)
    order = await office.upgrades.upgrade(wanted, 4_000, paid, once("upgrade-1"), office.clock())
    assert (order.promoter_id, order.promotion) == (anna.promoter_id, Promotion.ATTRIBUTED)
    (one,) = await office.reports.promoter_statistics(MAY, EVERYBODY)
    assert (one.figures.orders, one.figures.sold_fen, one.figures.refunded_fen, one.net_fen) == (2, 20_000, 8_000, 12_000)


async def test_what_is_not_there_or_taken_is_said(office: Office) -> None:
    promoters, seller, now = office.promoters, office.seller, office.clock()
    await promoters.add_group(PromoterGroupWish("guides", is_disabled=False), seller, now)
    for asked, code in (
        (promoters.add(wish(group=9), seller, now), ProblemCode.NOT_FOUND),
        (promoters.change(9, wish(), seller, now), ProblemCode.NOT_FOUND),
        (promoters.promoter(9), ProblemCode.NOT_FOUND),
        (promoters.renew_code(9, seller, now), ProblemCode.NOT_FOUND),
    ):
        with pytest.raises(Problem) as problem:
            await asked
        assert problem.value.code is code
    with pytest.raises(Problem) as problem:
        await promoters.add_group(PromoterGroupWish("guides", is_disabled=True), seller, now)
    assert problem.value.code is ProblemCode.CONFLICT


async def listed(office: Office, wanted: WantedPromoters, after: int | None = None, limit: int = 9) -> list[str]:
    return [one.wish.name for one in await office.promoters.promoters(wanted, after, limit)]


async def test_promoters_are_narrowed_by_text_group_and_state_page_by_page(office: Office) -> None:
    seller, now, codes = office.seller, office.clock(), list[str]()
    group_id = (await office.promoters.add_group(PromoterGroupWish("guides", is_disabled=False), seller, now)).group_id
    for name, in_group, is_disabled in (
        ("周_Anna", True, False),
        ("Hanna", True, True),
        ("Bob", False, False),
        ("anna", False, True),
    ):
        named = PromoterWish(PromoterKind.PERSON, name, group_id if in_group else None, None, is_disabled=is_disabled)
        codes.append((await added(office, named)).code)
    active, disabled = PromoterState.ACTIVE, PromoterState.DISABLED
    for wanted, expected in (
        (WantedPromoters(), ["周_Anna", "Hanna", "Bob", "anna"]),
        (WantedPromoters(text="ANNA"), ["周_Anna", "Hanna", "anna"]),
        (WantedPromoters(text="周_"), ["周_Anna"]),
        (WantedPromoters(text="%"), []),
        (WantedPromoters(text=codes[-1][:8].lower()), ["anna"]),
        (WantedPromoters(group_id=group_id), ["周_Anna", "Hanna"]),
        (WantedPromoters(state=active), ["周_Anna", "Bob"]),
        (WantedPromoters(text="anna", state=disabled), ["Hanna", "anna"]),
        (WantedPromoters(text="anna", group_id=group_id, state=disabled), ["Hanna"]),
        (WantedPromoters(text="bob", group_id=group_id), []),
    ):
        assert await listed(office, wanted) == expected, wanted
    first, rest = (
        await listed(office, WantedPromoters(text="anna"), None, 2),
        await listed(office, WantedPromoters(text="anna"), 2),
    )
    assert (first, rest) == (["周_Anna", "Hanna"], ["anna"])


async def test_promoters_are_narrowed_over_http(office: Office) -> None:
    for disabled in (False, True, True):
        await added(office, wish(disabled=disabled))
    async with office.client() as client:
        headers = await sign_in(client, office)

        async def page(asked: str) -> tuple[int, list[int], str | None]:
            answer = await client.get(f"/api/v1/promoters?{asked}", headers=headers)
            told = await answer.json()
            return answer.status, [one["promoter_id"] for one in told.get("items", [])], told.get("next")

        status, numbers, following = await page("text=ann&state=disabled&limit=1")
        assert (status, numbers) == (200, [2])
        assert await page(f"text=ann&state=disabled&limit=1&after={following}") == (200, [3], None)
        assert await page("state=active") == (200, [1], None)
        assert await page("group_id=1") == (200, [], None)
        assert (await page("state=enabled"))[0] == 400


async def test_the_qr_over_http_leads_to_the_link_with_the_code(office: Office) -> None:
    await office.ticket_type()
    async with office.client() as client:
        headers = await sign_in(client, office)
        body = {"kind": "firm", "name": "Hotel", "commission_per_mille": 30}
        one = await (await client.post("/api/v1/promoters", json=body, headers=headers)).json()
        assert one["link"] == f"https://tickets.example/p/{one['code']}"
        answer = await client.get(f"/api/v1/promoters/{one['promoter_id']}/qr", headers=headers)
        picture = cv2.imdecode(np.frombuffer(await answer.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        assert [found.text for found in zxingcpp.read_barcodes(picture)] == [one["link"]]
        line = {"ticket_type_id": 1, "visit_day": "2026-05-10"}
        order = {"site_id": 1, "lines": [line], "expected_total_fen": 8_000, "method": "cash", "promoter_code": one["code"]}
        keyed = {**headers, "Idempotency-Key": "sale-0001"}
        made = await (await client.post("/api/v1/orders", json=order, headers=keyed)).json()
        assert (made["promoter"]["id"], made["promotion"]) == (one["promoter_id"], "attributed")
        table = await client.get(
            "/api/v1/exports/promoter-statistics?format=csv&first_day=2026-05-01&last_day=2026-05-31", headers=headers
        )
        assert (await table.text()).splitlines()[1] == "Hotel,1,1,1,80.00,0,0.00,80.00"
