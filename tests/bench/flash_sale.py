"""A flash sale: many buyers at once order the few places of one slot, each for a ticket that is paid at once.

The requests are made beforehand, so that only the servers' time is measured; connections are spread over the server processes.
Sold places are counted in the office's records afterwards, not in its answers.
"""

import asyncio
import json
import secrets
from datetime import date, timedelta
from pathlib import Path

from tests.bench.children import ChildFailed
from tests.bench.measuring import Values, now_s
from tests.bench.office import PRICE_FEN, BenchOffice, served_office, today
from tests.bench.wire_client import WireClient, request_bytes

BUYERS = 2_000
PLACES = 500
CONNECTIONS = 100
_PATH = "/api/v1/orders"
_SLOT_START = "10:00"
_SOLD, _SOLD_OUT = 201, 409


async def figures(directory: Path, kind: str, database_url: str = "") -> Values:
    """Return how many places were sold, and the seconds from the first request to the last answer."""
    async with served_office(directory, database_url) as (office, urls):
        day = today() + timedelta(days=1)
        site, ticket_type = await _set_up(office)
        taken_s, answered = await _sale(urls, office.api.token, _body(site, ticket_type, day))
        sold = len(await office.api.all_of(_PATH))
        if answered != sold:
            raise ChildFailed(f"{answered} buyers were told that they have a ticket, and {sold} orders are on record")
        return {f"flash_sale_sold_{kind}": float(sold), f"flash_sale_s_{kind}": taken_s}


async def _set_up(office: BenchOffice) -> tuple[int, int]:
    site = await office.api.add_site()
    right = {"sites": [site], "always": [{"check": "total-uses", "most": 1}, {"check": "time-slot"}]}
    sale = {"stock": {"per": "slot", "places": PLACES}}
    slots = [{"start": _SLOT_START, "minutes": 60}]
    parameters: dict[str, object] = {"entitlements": [right], "slots": slots, "sale": sale}
    return site, await office.api.add_ticket_type(site, ("夜场票", "Night show"), PRICE_FEN, **parameters)


def _body(site: int, ticket_type: int, day: date) -> bytes:
    line = {"ticket_type_id": ticket_type, "visit_day": day.isoformat(), "slot_start": _SLOT_START}
    return json.dumps({"site_id": site, "lines": [line], "expected_total_fen": PRICE_FEN, "method": "cash"}).encode()


async def _sale(urls: list[str], token: str, body: bytes) -> tuple[float, int]:
    spread = [urls[number % len(urls)] for number in range(CONNECTIONS)]
    clients = [await WireClient.connect(url) for url in spread]
    requests = [[_request(url, token, body) for _ in range(BUYERS // CONNECTIONS)] for url in spread]
    start_s = now_s()
    sold = await asyncio.gather(*(_buy(*pair) for pair in zip(clients, requests, strict=True)))
    taken_s = now_s() - start_s
    for client in clients:
        client.close()
    return taken_s, sum(sold)


def _request(url: str, token: str, body: bytes) -> bytes:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json", "idempotency-key": secrets.token_hex(16)}
    return request_bytes("POST", url + _PATH, headers, body)


async def _buy(client: WireClient, requests: list[bytes]) -> int:
    sold = 0
    for request in requests:
        status, body = await client.ask(request)
        if status == _SOLD:
            sold += 1
        elif status != _SOLD_OUT:
            raise ChildFailed(f"central answered a buyer with {status}: {body[:300]!r}")
    return sold
