"""The ledger over HTTP: the accounts with their balances, and the movements, each with what it belongs to."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from central.catalog.parameters import SiteNumber
from central.domain.field_messages import unfit
from central.domain.names import AgencyName, PersonName, SiteName
from central.domain.pagination import Page, PageQuery, key_of, page_from
from central.domain.views import Moment, View, read_from, within
from central.identity.permissions import Permission
from central.payments.methods import Method
from central.payments.rules.accounts import AccountKind
from central.reports import balances, ledger
from central.reports.ledger import WantedEntries
from central.reports.messages import ENTRIES_BOUNDED
from central.reports.routes.finance import MOST_DAYS
from central.reports.routes.pages import REPORTS
from central.reports.routes.queries import Day, Narrowing, Number
from central.web.operations import Call, Route
from protocol.instants import to_datetime

ENTRY_KEY = 2


class BalancesQuery(BaseModel):
    """Which accounts, and of when: now, or the end of a business day at the site, or of all sites."""

    model_config = ConfigDict(extra="forbid")

    site_id: Annotated[SiteNumber | None, Field(description="only accounts of this site")] = None
    day: Day | None = None


class EntryQuery(Narrowing, PageQuery):
    """Which movements; seller and channel are those of the order. Name both days, at most a quarter, or an order."""

    account: Annotated[
        str | None, Field(pattern=r"^[a-z_-]{1,24}/[a-z0-9_]{1,24}$", description="as `/ledger-balances` names it")
    ] = None
    order_id: Number | None = None
    payment_id: Number | None = None
    refund_id: Number | None = None
    shift_id: Number | None = None
    difference_id: Number | None = None

    @model_validator(mode="after")
    def _is_bounded(self) -> "EntryQuery":
        if self.order_id is not None or self.shift_id is not None:
            return self
        if self.first_day is None or self.last_day is None or (self.last_day - self.first_day).days >= MOST_DAYS:
            raise unfit(ENTRIES_BOUNDED.of(most_days=MOST_DAYS))
        return self

    def entries(self) -> WantedEntries:
        """Return the filter as the ledger takes it."""
        further = ("account", "payment_id", "refund_id", "shift_id", "difference_id")
        return WantedEntries(self.wanted(), **self.model_dump(include=set(further)))


class AccountView(View):
    """An account of the ledger, and what it belongs to."""

    account: str
    kind: AccountKind
    method: Method | None
    site: SiteName | None
    seller: PersonName | None
    agency: AgencyName | None
    shift_id: int | None


class BalanceView(AccountView, alias_generator=within("account")):
    """An account that holds anything: what came in less what went out; what was sold stands below zero."""

    account: Annotated[str, read_from("account", "account")]
    balance_fen: int


class BalancesView(BaseModel):
    """The accounts by their kinds. The sum of all accounts of all sites is zero for a person whose scope is all."""

    until: Annotated[datetime | None, Field(description="just before this instant; empty: now")]
    items: list[BalanceView]
    balance_fen: Annotated[int, Field(description="the sum of the accounts that are shown")]


class LedgerEntryView(View):
    """A movement: `amount_fen` went out of `credit` and into `debit`. It names all that it belongs to."""

    entry_id: int
    posted_at: Moment
    debit: AccountView
    credit: AccountView
    amount_fen: int
    order_id: int | None
    payment_id: int | None
    refund_id: int | None
    shift_id: int | None
    difference_id: int | None
    agency: AgencyName | None
    posted_by: PersonName | None


@Route("GET", "/api/v1/ledger-balances", Permission.PAYMENTS_READ)
async def read_ledger_balances(call: Call[None, BalancesQuery]) -> BalancesView:
    """Read the ledger's accounts with their balances, now or at the end of a business day."""
    site_id, day = call.parameters.site_id, call.parameters.day
    until, found = await call.request.app[REPORTS].within(
        call.principal, lambda work, sight: balances.balances_of_day(work, day, site_id, sight)
    )
    return BalancesView(
        until=None if until is None else to_datetime(until),
        items=[BalanceView.of(one) for one in found],
        balance_fen=sum(one.balance_fen for one in found),
    )


@Route("GET", "/api/v1/ledger-entries", Permission.PAYMENTS_READ)
async def list_ledger_entries(call: Call[None, EntryQuery]) -> Page[LedgerEntryView]:
    """List the ledger's movements, newest first: of at most 92 days (first_day, last_day), of an order, or of a shift."""
    asked = call.parameters
    wanted, position = asked.entries(), key_of(asked.after, ENTRY_KEY)
    found = await call.request.app[REPORTS].within(
        call.principal, lambda work, sight: ledger.entries(work, wanted, sight, position, asked.one_more)
    )
    return page_from(found, asked, lambda one: (one.posted_at, one.entry_id), LedgerEntryView.of)


OPERATIONS = (read_ledger_balances, list_ledger_entries)
