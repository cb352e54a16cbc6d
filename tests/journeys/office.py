"""The office as a seller and a manager use it: central's API over HTTP, signed in as `admin`."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import aiohttp

from tests.journeys.processes import JourneyFailed

NEW_PASSWORD = "arch-over-the-road-42"
ADMIN = "admin"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sold:
    """A ticket in a visitor's hand: its number in central's form, and the text of its QR."""

    ticket_id: str
    code: str
    order_id: int


class Office:
    """One signed-in session."""

    def __init__(self, session: aiohttp.ClientSession, base_url: str) -> None:
        self._session = session
        self._base_url = base_url
        self._token = ""

    async def sign_in(self, one_time_password: str) -> None:
        """Sign in with the password that the first start printed, and set a new one."""
        body = {"name": ADMIN, "password": one_time_password, "bearer": True}
        self._token = (await self.ask("POST", "/api/v1/session", body))["token"]
        change = {"old_password": one_time_password, "new_password": NEW_PASSWORD, "bearer": True}
        self._token = (await self.ask("PUT", "/api/v1/session/password", change))["token"]

    @property
    def token(self) -> str:
        """The session's bearer token."""
        return self._token

    async def ask(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Json:
        """Call the API; raise JourneyFailed with the problem's text where it refuses."""
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        if method == "POST":
            headers["Idempotency-Key"] = secrets.token_hex(16)
        async with self._session.request(method, self._base_url + path, json=body, headers=headers) as response:
            answer: Json = await response.json(content_type=None) if response.status != 204 else {}
        if response.status >= 400:
            raise JourneyFailed(f"{method} {path}: {response.status} {answer.get('code')}: {answer.get('detail')}")
        return answer

    async def add_site(self) -> int:
        """Open a scenic area."""
        body = {"name_zh": "青石古镇", "name_en": "Bluestone Old Town"}
        return int((await self.ask("POST", "/api/v1/sites", body))["site_id"])

    async def sell(self, site: int, ticket_type: int, price_fen: int, day: date, quantity: int = 1) -> list[Sold]:
        """Sell tickets for cash at a window."""
        line = {"ticket_type_id": ticket_type, "quantity": quantity, "visit_day": day.isoformat()}
        body = {"site_id": site, "lines": [line], "expected_total_fen": price_fen * quantity, "method": "cash"}
        order = await self.ask("POST", "/api/v1/orders", body)
        return [Sold(ticket["ticket_id"], ticket["code"], order["order_id"]) for ticket in order["tickets"]]

    async def set_parameters(self, group: str, values: Json) -> None:
        """Set a group of parameters for the first time."""
        await self.ask("PUT", f"/api/v1/parameters/{group}", {"version": 0, "values": values})

    async def hold(self, site: int, ticket_type: int, price_fen: int, day: date) -> int:
        """Make an order of one ticket that waits for its money."""
        line = {"ticket_type_id": ticket_type, "visit_day": day.isoformat()}
        body = {"site_id": site, "lines": [line], "expected_total_fen": price_fen}
        return int((await self.ask("POST", "/api/v1/held-orders", body))["order_id"])

    async def pay_in_cash(self, order_id: int) -> Sold:
        """Take cash for an order that waits."""
        await self.ask("POST", f"/api/v1/orders/{order_id}/pay", {"method": "cash"})
        return await self.ticket_of(order_id)

    async def start_payment(self, order_id: int, method: str, auth_code: str | None = None) -> Json:
        """Begin a payment through an institution, by QR or by the payer's code."""
        return await self.ask("POST", f"/api/v1/orders/{order_id}/payments", {"method": method, "auth_code": auth_code})

    async def payment(self, payment_id: int) -> Json:
        """Return the present payment."""
        return await self.ask("GET", f"/api/v1/payments/{payment_id}")

    async def match_bill(self, method: str, day: str) -> Json:
        """Match an institution's bill of a day."""
        return await self.ask("POST", "/api/v1/reconciliation/matches", {"method": method, "day": day})

    async def ticket_of(self, order_id: int) -> Sold:
        """Return the ticket of an order that is paid."""
        ticket = (await self.ask("GET", f"/api/v1/orders/{order_id}"))["tickets"][0]
        return Sold(ticket["ticket_id"], ticket["code"], order_id)

    async def refund(self, sold: Sold) -> int:
        """Ask for a refund; the money waits for the fence."""
        body = {"ticket_id": sold.ticket_id, "reason": "visitor changed plans"}
        return int((await self.ask("POST", "/api/v1/refunds", body))["refund_id"])

    async def refund_state(self, refund_id: int) -> Json:
        """Return a refund, with the agents that it waits for."""
        return await self.ask("GET", f"/api/v1/refunds/{refund_id}")

    async def add_ticket_type(self, site: int, name: tuple[str, str], price_fen: int, **parameters: object) -> int:
        """Put a single ticket for the day on sale."""
        right = {"sites": [site], "always": [{"check": "total-uses", "most": 1}]}
        stated = {"name_zh": name[0], "name_en": name[1], "entitlements": [right], **parameters}
        answer = await self.ask("POST", "/api/v1/ticket-types", {"parameters": stated, "price_fen": price_fen})
        return int(answer["ticket_type_id"])

    async def add_check_point(self, site: int, name: tuple[str, str], ticked: list[int], direction: str = "entry") -> int:
        """Add a check point that lets these types through."""
        body = {"name_zh": name[0], "name_en": name[1], "ticked": ticked, "direction": direction}
        return int((await self.ask("POST", f"/api/v1/sites/{site}/check-points", body))["check_point_id"])

    async def enrolment_code(self, site: int, check_points: list[int]) -> str:
        """Make a one-time code for a gate that hosts these check points."""
        answer = await self.ask("POST", f"/api/v1/sites/{site}/enrolment-codes", {"check_point_ids": check_points})
        return str(answer["code"])

    async def tickets_sold(self) -> int:
        """Count the tickets of all orders."""
        orders = await self.all_of("/api/v1/orders")
        whole = [await self.ask("GET", f"/api/v1/orders/{order['order_id']}") for order in orders]
        return sum(len(order["tickets"]) for order in whole)

    async def why(self, code: str, check_point: int) -> Json:
        """Return why a check point did not open for a code that was shown to it."""
        answer = await self.ask("POST", "/api/v1/explanations", {"text": code, "check_point_id": check_point})
        return dict(answer["items"][0])

    async def all_of(self, path: str, which: str = "") -> list[Json]:
        """Return every item of a paged list, or those that the query `which` selects."""
        items: list[Json] = []
        after: str | None = None
        while True:
            page = await self.ask(
                "GET", f"{path}?limit=100" + (f"&{which}" if which else "") + (f"&after={after}" if after else "")
            )
            items.extend(page["items"])
            after = page["next"]
            if after is None:
                return items
