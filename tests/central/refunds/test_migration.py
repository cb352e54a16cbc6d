"""Refunds from before there were rules: of a whole ticket, without a fee, as the ticket was sold without rules."""

from central.refunds.rules.amounts import RefundKind, WantedRefund
from central.reports.refunds import REFUNDS
from central.store.engine import open_database
from central.store.migrate import migrate
from central.store.unit_of_work import Store
from protocol.identifiers import TicketId
from tests.builders.central import HandClock
from tests.builders.office import Office
from tests.builders.revisions import at_revision

SITE = '{"name_zh": "镇", "name_en": "Town"}'
TYPE = '{"name_zh": "票", "name_en": "Ticket", "entitlements": [{"sites": [1]}]}'
TICKET = (
    "INSERT INTO ticket (id, order_id, line, site_id, ticket_type_id, issued_at, valid_from, valid_until, flags, generation,"
    " status, status_since, persons, slot_start, slot_minutes, token, short_number)"
    " VALUES ({number}, 1, 0, 1, 1, 1, 1, 99999999, 0, 1, {status}, 0, 3, 0, 0, {token}, {number})"
)
OLD = (
    (
        "INSERT INTO user_account (id, name, full_name, channel, password_hash, must_change_password, is_disabled, created_at)"
        " VALUES (1, 'seller', '', 'window', 'hash', FALSE, FALSE, 1)"
    ),
    f"INSERT INTO site (id, rules, holder_key_sealed, created_at) VALUES (1, '{SITE}', '', 1)",  # noqa: S608 - a constant
    f"INSERT INTO ticket_type (id, parameters, price_fen, is_on_sale, created_at) VALUES (1, '{TYPE}', 800, TRUE, 1)",  # noqa: S608 - a constant
    (
        "INSERT INTO sale_order (id, site_id, seller_id, channel, state, total_fen, created_at, paid_at)"
        " VALUES (1, 1, 1, 'window', 'paid', 3200, 1, 1)"
    ),
    (
        "INSERT INTO sale_order_line (order_id, line, ticket_type_id, quantity, persons, price_fen, valid_from, valid_until,"
        " slot_start, slot_minutes) VALUES (1, 0, 1, 2, 3, 800, 1, 99999999, 0, 0)"
    ),
)
REFUND = (
    (
        "INSERT INTO refund (id, ticket_id, order_id, amount_fen, state, reason, fence_change_id, requested_by, requested_at)"
        " VALUES (1, 5, 1, 2400, 'paid', 'rain', 1, 1, 1)"
    ),
    ("INSERT INTO ledger_entry (at, debit, credit, amount_fen, order_id, refund_id) VALUES (1, 'sales/1', 'cash/1', 2400, 1, 1)"),
)
TOKEN = "78" * 93


async def test_a_refund_of_before_was_of_all_persons_and_kept_no_fee(database_url: str) -> None:
    token = f"X'{TOKEN}'" if database_url.startswith("sqlite") else f"'\\x{TOKEN}'"
    tickets = (TICKET.format(number=number, status=status, token=token) for number, status in ((5, 1), (6, 0)))
    await at_revision(database_url, "0010", (*OLD, *tickets, *REFUND))
    database = open_database(database_url)
    await migrate(database)
    office = Office(Store(database), HandClock())
    (refund,) = [one.refund for one in await office.listed(REFUNDS)]
    assert (refund.kind, refund.persons, refund.amount_fen, refund.fee_fen) == (RefundKind.BY_RULE, 3, 2400, 0)
    quoted = await office.refunds.quote(WantedRefund(TicketId(6), ""), office.clock())
    assert (quoted.persons, quoted.amount_fen, quoted.fee_fen) == (3, 2400, 0)
    await database.close()
