"""A travel agency in a test, and what it does: pays, buys, brings groups."""

from dataclasses import dataclass, field
from datetime import date
from itertools import count

from central.agencies.rows import Agency, AgencyWish, Contact
from central.agencies.rules.contracts import Charges, ContractPrice, ReceiptKind
from central.agencies.selling import Deal
from central.agencies.service import Paying, Period
from central.agencies.statements import Entry
from central.catalog.ticket_type import TicketType
from central.payments import ledger
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.sales.orders import Order
from central.sales.service import Wanted
from protocol.identifiers import SiteId
from tests.builders.office import VISIT, Office, once, wanted_line

SITE = SiteId(1)
GUIDE = Contact("Wang Wei", "13800138000")
CONTRACT_FEN = 5_000
MAY = (date(2026, 5, 1), date(2026, 5, 31))


@dataclass(slots=True)
class AgencyDesk:
    """Serves one agency. `adult` and `group` cost 80 yuan, and the agency 50 in May."""

    office: Office
    agency_id: int = 0
    types: dict[str, TicketType] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def open(self) -> "AgencyDesk":
        """Make the types, the agency and its contract."""
        office = self.office
        self.types["adult"] = await office.ticket_type()
        self.types["group"] = await office.ticket_type(group={"minimum": 2, "maximum": 100})
        self.agency_id = (await office.agencies.add(self.wish(), office.seller, office.clock())).agency_id
        prices = tuple(ContractPrice(one.type_id, *MAY, CONTRACT_FEN) for one in self.types.values())
        await office.agencies.set_prices(self.agency_id, prices, office.seller, office.clock())
        return self

    def wish(
        self, name: str = "Spring Tours", limit_fen: int = 0, charges: Charges = Charges.ACTUAL, *, disabled: bool = False
    ) -> AgencyWish:
        """Return what is set of the agency."""
        return AgencyWish(SITE, name, (GUIDE,), charges, limit_fen, is_disabled=disabled)

    async def change(self, wish: AgencyWish) -> None:
        """Change the agency."""
        await self.office.agencies.change(self.agency_id, wish, self.office.seller, self.office.clock())

    async def pay(self, kind: ReceiptKind, amount_fen: int, method: Method = Method.BANK_TRANSFER, key: str = "") -> Agency:
        """Take the agency's money."""
        paid = AtOnce(method, self.office.seller, "slip 7")
        paying = Paying(self.agency_id, kind, amount_fen, paid)
        return await self.office.agencies.pay(paying, once(key or self._key()), self.office.clock())

    async def top_up(self, amount_fen: int) -> Agency:
        """Put money into the balance."""
        return await self.pay(ReceiptKind.TOP_UP, amount_fen)

    async def buy(self, quantity: int = 1, method: Method = Method.PREPAID, visit: date = VISIT) -> Order:
        """Buy tickets for adults."""
        return await self._buy(Wanted(SITE, (wanted_line(self.types["adult"], quantity, visit=visit),)), method, None)

    async def bring(self, persons: int, method: Method = Method.PREPAID) -> Order:
        """Buy one code for a group."""
        line = wanted_line(self.types["group"], 1, persons)
        return await self._buy(Wanted(SITE, (line,)), method, GUIDE)

    async def funds(self) -> tuple[int, int]:
        """Return balance and debt as the agency's row says them, which the ledger must say too."""
        one = await self.office.agencies.agency(self.agency_id)
        async with self.office.store.reading() as work:
            balances = await ledger.balances(work)
        assert sum(balances.values()) == 0
        assert -balances.get(ledger.agency_prepaid(self.agency_id), 0) == one.prepaid_fen
        assert balances.get(ledger.agency_owed(self.agency_id), 0) == one.owed_fen
        return one.prepaid_fen, one.owed_fen

    async def entries(self, first: date = MAY[0], last: date = MAY[1]) -> tuple[Entry, ...]:
        """Return what a statement of these days lists."""
        return await self.office.agencies.entries(Period(self.agency_id, first, last), 0, 200)

    async def _buy(self, wanted: Wanted, method: Method, guide: Contact | None) -> Order:
        office, now = self.office, self.office.clock()
        total = (await office.agency_sales.quote(self.agency_id, wanted, now)).total_fen
        deal = Deal(self.agency_id, wanted, total, guide)
        return await office.agency_sales.sell(deal, AtOnce(method, office.seller), once(self._key()), now)

    def _key(self) -> str:
        return f"agency-{next(self._numbers):04}"
