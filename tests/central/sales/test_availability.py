"""What is shown as sold for a day or a slot is what a quote takes, and the reason of the rest is the quote's own."""

import random
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient
from sqlalchemy import event

from central.catalog.sale_settings import SaleSetting, Seller, SellingParty, SellingPartyKind
from central.catalog.service import Sale
from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import Permission
from central.sales.availability import DAYS_SHOWN, MOST_DAYS, Asked, Days
from central.sales.buyers import Buyer
from central.sales.rules.availability import Offer
from central.sales.rules.on_sale import Unsold
from central.sales.rules.pricing import Holder, persons_of
from central.sales.service import Quote, Wanted
from protocol.holders import Document, DocumentType
from protocol.identifiers import SiteId
from tests.builders.office import VISIT, Office, sign_in, wanted_line

Client = TestClient[web.Request, web.Application]
SITE = SiteId(1)
NEXT_DAY = VISIT + timedelta(days=1)
TIMED: dict[str, Any] = {
    "slots": [{"start": f"{hour:02}:00", "minutes": 60} for hour in (8, 10, 11)],
    "entitlements": [{"sites": [1], "always": [{"check": "time-slot"}]}],
}
ANNA = Seller(1, "window", sells_all=False)
RANDOM_TYPES = 14
SEEDS = (1, 2, 3)


def asked(one: TicketType, seller: Seller = ANNA, channel: str = "window") -> Asked:
    return Asked(one.type_id, SITE, seller, channel)


async def days(office: Office, one: TicketType, first: date = VISIT, last: date = VISIT) -> tuple[Offer, ...]:
    return (await office.availability.days(asked(one), Days(first, last), office.clock())).offers


async def slots(office: Office, one: TicketType, day: date = VISIT) -> tuple[Offer, ...]:
    return (await office.availability.slots(asked(one), day, office.clock())).offers


async def quoted(office: Office, one: TicketType, day: date, slot_start: time | None) -> Quote | ProblemCode:
    """Quote one ticket of the fewest persons to a buyer who has bought nothing."""
    fewest, named = persons_of(one)[0], one.parameters.is_real_name and one.parameters.activation is None
    holders = [Holder(Document(DocumentType.PASSPORT, "FR", f"X{n}"), "Li") for n in range(fewest if named else 0)]
    line = wanted_line(one, persons=fewest, visit=day, slot_start=slot_start, holders=tuple(holders))
    try:
        return await office.sales.quote(Wanted(SITE, (line,), buyer=Buyer(phone="13800000009"), seller=ANNA), office.clock())
    except Problem as problem:
        return problem.code


async def agree(office: Office, offer: Offer, one: TicketType) -> None:
    """Check that a quote of a day without slots, or of a slot, says the same as the offer."""
    found = await quoted(office, one, offer.visit, offer.slot.start if offer.slot else None)
    if isinstance(found, ProblemCode):
        assert offer.not_sold is not None, (offer, found)
        assert offer.not_sold.why.code is found
    else:
        assert offer.is_sold, offer
        assert (found.lines[0].price_fen, found.places_left) == (offer.price_fen, (offer.places_left,))


@pytest.mark.parametrize(
    ("stated", "day", "why"),
    [
        ({}, VISIT, None),
        ({}, VISIT - timedelta(days=1), Unsold.NOT_ITS_DAY),
        ({"validity": {"kind": "fixed", "first": "2026-05-10", "last": "2026-05-10"}}, NEXT_DAY, Unsold.NOT_ITS_DAY),
        ({"sale": {"opens_at": "2026-05-10T10:01"}}, VISIT, Unsold.NOT_YET),
        ({"sale": {"closes_at": "2026-05-10T09:59"}}, VISIT, Unsold.OVER),
        ({"sale": {"today_until": "09:59"}}, VISIT, Unsold.OVER_FOR_TODAY),
        ({"sale": {"days_ahead_least": 1}}, VISIT, Unsold.TOO_LATE),
        ({"sale": {"days_ahead_most": 1}}, VISIT + timedelta(days=2), Unsold.TOO_EARLY),
        ({"sale": {"stock": {"per": "day", "places": 0}}}, VISIT, Unsold.SOLD_OUT),
        ({"group": {"minimum": 3, "maximum": 9}, "sale": {"stock": {"per": "day", "places": 2}}}, VISIT, Unsold.SOLD_OUT),
        ({"group": {"minimum": 3, "maximum": 9}, "sale": {"per_order": 2}}, VISIT, Unsold.PURCHASE_LIMIT),
        (
            {"group": {"minimum": 3, "maximum": 9}, "sale": {"person_limit": {"known_by": "phone", "a_day": 2}}},
            VISIT,
            Unsold.PURCHASE_LIMIT,
        ),
        ({"is_real_name": True, "sale": {"person_limit": {"known_by": "document", "in_all": 1}}}, VISIT, None),
    ],
)
async def test_each_day_says_why_it_is_not_sold(office: Office, stated: dict[str, Any], day: date, why: Unsold | None) -> None:
    one = await office.ticket_type(**stated)
    (offer,) = await days(office, one, day, day)
    assert (offer.not_sold.why if offer.not_sold else None) is why
    await agree(office, offer, one)


async def test_what_is_off_sale_or_not_in_the_settings_says_so_for_every_day(office: Office) -> None:
    one, other = await office.ticket_type(), await office.ticket_type()
    window = SellingParty(SellingPartyKind.CHANNEL, "window")
    await office.sale_settings.set(SaleSetting(window, False, frozenset({other.type_id})), office.seller, office.clock())
    found = await days(office, one, VISIT, NEXT_DAY)
    assert [offer.not_sold.why for offer in found if offer.not_sold] == [Unsold.NOT_ALLOWED] * 2
    await agree(office, found[0], one)
    await office.catalog.change_sale(other.type_id, Sale(8000, is_on_sale=False), office.seller, office.clock())
    (offer,) = await days(office, other)
    assert offer.not_sold is not None
    assert offer.not_sold.why is Unsold.NOT_ON_SALE


async def test_the_full_site_and_the_sold_day_stop_all_types_but_those_of_staff(office: Office) -> None:
    one, staff = await office.ticket_type(), await office.ticket_type(counts_visitors=False)
    site = (await office.catalog.all_sites())[0].parameters.model_copy(update={"daily_capacity": 2})
    await office.catalog.change_site(SITE, site, office.seller, office.clock())
    await office.sell(one)
    assert [(offer.places_left, offer.is_sold) for offer in await days(office, one, VISIT, NEXT_DAY)] == [(1, True), (2, True)]
    await office.sell(one, "key-0002")
    (offer,) = await days(office, one)
    assert offer.not_sold is not None
    assert (offer.places_left, offer.not_sold.why) == (0, Unsold.SITE_SOLD_OUT)
    await agree(office, offer, one)
    (free,) = await days(office, staff)
    assert (free.places_left, free.is_sold) == (None, True)


async def test_a_day_has_the_places_of_its_slots_that_are_not_over(office: Office) -> None:
    one = await office.ticket_type(**TIMED, sale={"stock": {"per": "slot", "places": 3}})
    await office.sell(one, slot_start=time(11), quantity=3)
    found = await slots(office, one)
    reasons = [offer.not_sold.why if offer.not_sold else None for offer in found]
    assert (reasons, [offer.places_left for offer in found]) == ([Unsold.SLOT_OVER, None, Unsold.SOLD_OUT], [0, 3, 0])
    today, tomorrow = await days(office, one, VISIT, NEXT_DAY)
    assert [(today.places_left, today.is_sold), (tomorrow.places_left, tomorrow.is_sold)] == [(3, True), (9, True)]
    await office.sell(one, "key-0002", slot_start=time(10), quantity=3)
    (today,) = await days(office, one)
    assert today.not_sold is not None
    assert (today.places_left, today.not_sold.why) == (0, Unsold.SOLD_OUT)
    office.clock.advance(seconds=4 * 3600)
    (today,) = await days(office, one)
    assert today.not_sold is not None
    assert today.not_sold.why is Unsold.SLOT_OVER


async def test_a_quote_says_how_many_places_each_line_has(office: Office) -> None:
    limited = await office.ticket_type(sale={"stock": {"per": "day", "places": 5}})
    lines = (wanted_line(limited, 2), wanted_line(await office.ticket_type()), wanted_line(limited, visit=NEXT_DAY))
    await office.sell(limited, quantity=2)
    assert (await office.sales.quote(Wanted(SITE, lines), office.clock())).places_left == (3, None, 5)


def some_types(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Types of every kind, with few places and narrow days, so that all reasons occur."""
    for _ in range(RANDOM_TYPES):
        timed, group, first = chance.random() < 0.4, chance.random() < 0.3, VISIT + timedelta(days=chance.randint(-1, 3))
        stock = {"per": chance.choice(["slot", "day"] if timed else ["day"]), "places": chance.randint(0, 4)}
        rules: dict[str, Any] = {
            "opens_at": f"2026-05-10T{chance.randint(9, 10):02}:30",
            "days_ahead_least": chance.randint(0, 1),
            "days_ahead_most": chance.randint(1, 4),
            "today_until": f"{chance.randint(9, 20):02}:00",
            "prices": [{"first": f"{first}", "last": f"{first}", "price_fen": chance.randint(0, 9999)}],
            "per_order": chance.randint(1, 4),
            "person_limit": {"known_by": "phone", "a_day": chance.randint(1, 4)},
            "stock": stock,
        }
        yield {
            "sale": {name: rule for name, rule in rules.items() if chance.random() < (0.7 if name == "stock" else 0.25)},
            "is_real_name": chance.random() < 0.3,
            "counts_visitors": chance.random() < 0.8,
            **({"group": {"minimum": chance.randint(1, 3), "maximum": 9}} if group else {}),
            **({"validity": {"kind": "fixed", "first": f"{VISIT}", "last": f"{first + timedelta(1)}"}} if first > VISIT else {}),
            **(TIMED if timed else {}),
        }


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_offered_a_quote_takes_and_whatever_is_not_it_refuses_by_the_same_code(
    office: Office, seed: int
) -> None:
    chance, last = random.Random(seed), VISIT + timedelta(days=5)  # noqa: S311 - test data
    types = [await office.ticket_type(chance.randint(0, 9999), **stated) for stated in some_types(chance)]
    site = (await office.catalog.all_sites())[0].parameters.model_copy(update={"daily_capacity": chance.randint(6, 20)})
    await office.catalog.change_site(SITE, site, office.seller, office.clock())
    for number in range(4 * RANDOM_TYPES):
        one, day = chance.choice(types), VISIT + timedelta(days=chance.randint(0, 3))
        start = chance.choice([slot.start for slot in one.parameters.slots] or [None])
        if isinstance(await quoted(office, one, day, start), Quote) and not one.parameters.is_real_name:
            limit = one.parameters.sale.person_limit
            if limit is None:
                await office.sell(one, f"key-{number:04}", persons=persons_of(one)[0], visit=day, slot_start=start)
    for one in types:
        for of_day in await days(office, one, VISIT - timedelta(days=1), last):
            if not one.parameters.slots:
                await agree(office, of_day, one)
                continue
            of_slots = await slots(office, one, of_day.visit)
            for offer in of_slots:
                await agree(office, offer, one)
            reasons = {offer.not_sold.why for offer in of_slots if offer.not_sold}
            assert of_day.is_sold is any(offer.is_sold for offer in of_slots)
            assert of_day.not_sold is None or of_day.not_sold.why in reasons


async def test_any_number_of_days_and_slots_costs_the_same_few_statements(office: Office) -> None:
    one = await office.ticket_type(**TIMED, sale={"stock": {"per": "slot", "places": 3}})
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_how: object) -> None:
        sent.append(statement)

    await days(office, one)
    engine = office.store.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    counts = []
    for last in (VISIT, VISIT + timedelta(days=MOST_DAYS - 1)):
        sent.clear()
        await days(office, one, VISIT, last)
        counts.append(len(sent))
    event.remove(engine, "before_cursor_execute", note)
    assert 0 < counts[0] == counts[1] <= 5, counts


async def test_over_http_a_seller_without_the_catalogue_reads_it_in_the_own_language(office: Office, client: Client) -> None:
    one = await office.ticket_type(**TIMED, sale={"stock": {"per": "slot", "places": 3}})
    headers = await sign_in(client, office, Permission.SALES_SELL)
    path = f"/api/v1/ticket-types/{one.type_id}"
    answer = await client.get(f"{path}/slots", headers={**headers, "Accept-Language": "zh-CN"})
    said = await answer.json()
    assert (answer.status, said["site"], said["ticket_type"]["name"]) == (200, {"id": 1, "name": "牌坊镇"}, "成人票")
    first, second, _ = said["slots"]
    assert first["why_not"] == {
        "reason": "slot-over",
        "code": "sale_closed",
        "title": "该时段已结束",
        "detail": "08:00 的时段已结束，请选择其他时段",
    }
    assert second == {
        "price_fen": 8000,
        "places_left": 3,
        "is_sold": True,
        "why_not": None,
        "slot_start": "10:00:00",
        "starts_at": "2026-05-10T02:00:00Z",
        "ends_at": "2026-05-10T03:00:00Z",
    }
    listed = (await (await client.get(f"{path}/days", headers=headers)).json())["days"]
    assert (len(listed), listed[0]["day"], listed[0]["places_left"], listed[1]["places_left"]) == (DAYS_SHOWN, "2026-05-10", 6, 9)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("first_day=2026-05-10&last_day=2026-07-10", 200),
        ("first_day=2026-05-10&last_day=2026-07-11", 400),
        ("first_day=2026-05-10&last_day=2026-05-09", 400),
        ("last_day=2026-05-09", 400),
        ("first_day=2199-12-31", 200),
        ("first_day=2200-01-01", 400),
        ("site_id=2", 404),
    ],
)
async def test_over_http_days_are_bounded(office: Office, client: Client, query: str, status: int) -> None:
    one = await office.ticket_type()
    headers = await sign_in(client, office, Permission.SALES_SELL)
    assert (await client.get(f"/api/v1/ticket-types/{one.type_id}/days?{query}", headers=headers)).status == status
    assert (await client.get("/api/v1/ticket-types/99/days", headers=headers)).status == 404


async def test_a_type_of_several_sites_is_asked_for_at_one_of_them(office: Office) -> None:
    site = (await office.catalog.all_sites())[0].parameters
    await office.catalog.add_site(site, office.seller, office.clock())
    one = await office.ticket_type(entitlements=[{"sites": [1, 2]}])
    with pytest.raises(Problem, match="the type is sold at the sites 1, 2; name one"):
        await office.availability.days(Asked(one.type_id, None, ANNA, "window"), Days(), office.clock())
