"""Orders: one request of a window sale makes the order, takes the cash and issues the ticket.

Each client sells one order after the other for some time, over its own connection; the connections are spread over the server
processes. The clients need almost no time, so that only the servers' time is measured. The time includes central's publishing.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from tests.bench.children import ChildFailed
from tests.bench.measuring import MS_PER_S, Values, median, now_s, percentile
from tests.bench.office import PRICE_FEN, served_office, today
from tests.bench.wire_client import WireClient, request_bytes

CLIENTS = (1, 4, 16)
ROUNDS = 3
ROUND_S = 1.5
WARM_S = 0.5
_PATH = "/api/v1/orders"
_SOLD = 201


@dataclass(frozen=True, slots=True)
class _Window:
    """Servers at `urls`, and the request that sells one ticket there."""

    urls: list[str]
    token: str
    body: bytes

    async def round(self, clients: int, lasting_s: float) -> tuple[float, float]:
        """Return the orders a second of so many clients, and the 95th percentile of the milliseconds that one took."""
        urls = [self.urls[number % len(self.urls)] for number in range(clients)]
        connections = [await WireClient.connect(url) for url in urls]
        start_s = now_s()
        sales = (self._sell(*pair, start_s + lasting_s) for pair in zip(connections, urls, strict=True))
        taken_s = [one for of_client in await asyncio.gather(*sales) for one in of_client]
        whole_s = now_s() - start_s
        for connection in connections:
            connection.close()
        return len(taken_s) / whole_s, percentile(taken_s, 95) * MS_PER_S

    async def _sell(self, connection: WireClient, url: str, until_s: float) -> list[float]:
        taken_s: list[float] = []
        while (start_s := now_s()) < until_s:
            status, answer = await connection.ask(self._request(url))
            taken_s.append(now_s() - start_s)
            if status != _SOLD or b'"code":"PF1' not in answer:
                raise ChildFailed(f"central answered a sale with {status}: {answer[:300]!r}")
        return taken_s

    def _request(self, url: str) -> bytes:
        key = secrets.token_hex(16)
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json", "idempotency-key": key}
        return request_bytes("POST", url + _PATH, headers, self.body)


async def figures(directory: Path, kind: str, database_url: str = "") -> Values:
    """Return the figures of one server process, or of two on a shared database."""
    values: Values = {}
    async with served_office(directory, database_url) as (office, urls):
        site = await office.api.add_site()
        ticket_type = await office.api.add_ticket_type(site, ("成人票", "Adult"), PRICE_FEN)
        window = _Window(urls, office.api.token, _body(site, ticket_type))
        for clients in CLIENTS:
            await window.round(clients, WARM_S)
            rounds = [await window.round(clients, ROUND_S) for _ in range(ROUNDS)]
            values[f"orders_per_s_c{clients}_{kind}"] = median([per_s for per_s, _ in rounds])
            if clients == max(CLIENTS):
                values[f"order_p95_ms_c{clients}_{kind}"] = median([p95_ms for _, p95_ms in rounds])
    return values


def _body(site: int, ticket_type: int) -> bytes:
    line = {"ticket_type_id": ticket_type, "visit_day": today().isoformat()}
    return json.dumps({"site_id": site, "lines": [line], "expected_total_fen": PRICE_FEN, "method": "cash"}).encode()
