"""Orders that were sold before orders could wait: paid as they were, and each with the cash that was taken for it."""

from central.payments.methods import Method
from central.payments.rules.payment_states import PaymentState
from central.reports.payments import PAYMENTS
from central.sales.rules.pricing import OrderState
from central.store.engine import open_database
from central.store.migrate import migrate
from central.store.unit_of_work import Store
from protocol.identifiers import SiteId
from tests.builders.central import HandClock
from tests.builders.office import Office
from tests.builders.revisions import at_revision

OLD = (
    (
        "INSERT INTO user_account (id, name, password_hash, must_change_password, is_disabled, permissions, created_at)"
        " VALUES (1, 'seller', 'hash', FALSE, FALSE, '[]', 1)"
    ),
    "INSERT INTO site (id, rules, holder_key_sealed, created_at) VALUES (1, '{}', '', 1)",
    "INSERT INTO sale_order (id, site_id, seller_id, total_fen, paid_at) VALUES (1, 1, 1, 8000, 1000), (2, 1, 1, 0, 2000)",
    "INSERT INTO ledger_entry (at, debit, credit, amount_fen, order_id) VALUES (1000, 'cash/1', 'sales/1', 8000, 1)",
)


async def test_an_order_of_the_first_version_is_paid_in_cash(database_url: str) -> None:
    await at_revision(database_url, "0002", OLD)
    database = open_database(database_url)
    await migrate(database)
    store, clock = Store(database), HandClock()
    office = Office(store, clock)
    orders = await office.orders()
    assert [(one.state, one.channel, one.site_id, one.created_at, one.paid_at, one.expires_at) for one in orders] == [
        (OrderState.PAID, "window", SiteId(1), 2000, 2000, None),
        (OrderState.PAID, "window", SiteId(1), 1000, 1000, None),
    ]
    payments = [one.payment for one in await office.listed(PAYMENTS)]
    assert [(one.order_id, one.method, one.document.state, one.document.received_fen, one.by) for one in payments] == [
        (1, Method.CASH, PaymentState.PAID, 8000, 1)
    ]
    await database.close()
