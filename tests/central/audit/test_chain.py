"""The audit chain: each change of linked records shows; a purge is recorded, and the rest still verifies."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Executable
from sqlmodel import col, delete, select, update

from central.audit.linking import KEPT_DAYS, MS_PER_DAY, Chain
from central.audit.messages import BATCH_MISSING, BATCH_OUT_OF_ORDER
from central.audit.routes import CHAIN, READ, verify_audit_chain
from central.audit.rules import chain
from central.audit.rules.chain import GENESIS, AuditRecord
from central.audit.service import record
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode
from central.store.tables.audit import AuditBatchRow, AuditRow
from central.store.unit_of_work import Store, Work
from central.web.application import make_application
from protocol.identifiers import KeyId
from protocol.instants import Instant
from tests.builders.central import NOON, HandClock, SeededBytes

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
KEY = KeyId(3)
Harm = Callable[[Work], Awaitable[object]]


def one(number: int, **changed: object) -> AuditRecord:
    stated = {"record_id": number, "at": NOON, "user_id": 1, "action": "order.sell", "subject": f"order:{number}"}
    return AuditRecord(**{**stated, "detail": (("total_fen", 8000),), "request_id": None, **changed})  # type: ignore[arg-type] # a table's fields


def test_the_order_in_which_records_are_read_does_not_matter() -> None:
    assert chain.content_hash([one(1), one(2)]) == chain.content_hash([one(2), one(1)])


@pytest.mark.parametrize(
    "changed",
    [
        {"record_id": 2},
        {"at": Instant(NOON + 1)},
        {"user_id": None},
        {"action": "order.cancel"},
        {"subject": "order:2"},
        {"detail": (("total_fen", 1),)},
        {"detail": ()},
        {"request_id": "00"},
    ],
)
def test_every_field_of_a_record_counts(changed: dict[str, object]) -> None:
    assert chain.content_hash([one(1)]) != chain.content_hash([one(1, **changed)])


def test_a_link_follows_one_link_only() -> None:
    first = chain.link(1, GENESIS, (one(1),))
    second = chain.link(2, first.hash, (one(2),))
    assert chain.fault_of(first, GENESIS, 1, (one(1),)) is None
    assert chain.fault_of(second, first.hash, 2, None) is None
    assert chain.fault_of(second, first.hash, 1, None) == BATCH_MISSING.of(number=1)
    assert chain.fault_of(second, GENESIS, 2, None) == BATCH_OUT_OF_ORDER.of(number=2)


@pytest.fixture
def house(store: Store) -> Chain:
    return Chain(store, lambda _now: (KEY, PRIVATE), lambda key: PUBLIC if key == KEY else None)


async def do(store: Store, count: int, at: Instant) -> None:
    async with store.transaction() as work:
        for number in range(count):
            record(work, at, None, "order.sell", f"order:{number}", total_fen=8000)


async def test_what_was_done_is_linked_once_and_verifies(house: Chain, store: Store, clock: HandClock) -> None:
    await do(store, 3, clock())
    assert (await house.report()).unlinked == 3
    assert await house.link_all(clock()) == 1
    await do(store, 2, clock())
    assert await house.link_all(clock()) == 1
    assert await house.link_all(clock()) == 0
    report = await house.report()
    assert (report.batches, report.records, report.unlinked, report.fault) == (2, 5, 0, None)


async def test_a_record_that_was_committed_late_is_in_a_later_batch(house: Chain, store: Store, clock: HandClock) -> None:
    await do(store, 3, clock())
    async with store.transaction() as work:
        late = (await work.session.exec(select(AuditRow).order_by(col(AuditRow.id)))).first()
        assert late is not None
        values = late.model_dump()
        await work.session.delete(late)
    await house.link_all(clock())
    async with store.transaction() as work:
        work.session.add(AuditRow(**values))
    await house.link_all(clock())
    report = await house.report()
    assert (report.batches, report.records, report.fault) == (2, 3, None)


async def forge_hash(work: Work) -> None:
    """Change a record as an attacker would who knows how the chain is made, but has no key."""
    row = (await work.session.exec(select(AuditBatchRow).where(AuditBatchRow.number == 2))).one()
    row.content_hash = chain.content_hash([one(99)])
    row.hash = chain.Link(2, row.records, row.last_at, row.content_hash, row.previous_hash).hash
    work.session.add(row)


SECOND_RECORD, FIRST_BATCH, SECOND_BATCH = col(AuditRow.id) == 2, col(AuditBatchRow.number) == 1, col(AuditBatchRow.number) == 2
HARMS: dict[str, tuple[Executable | Harm, str]] = {
    "changed": (update(AuditRow).where(SECOND_RECORD).values(action="x.y"), "batch 1 was changed"),
    "deleted": (delete(AuditRow).where(SECOND_RECORD), "batch 1 has 2 records and had 3"),
    "moved": (update(AuditRow).where(SECOND_RECORD).values(batch=2), "batch 1 has 2 records"),
    "batch gone": (delete(AuditBatchRow).where(FIRST_BATCH), "batch 1 is missing"),
    "recounted": (update(AuditBatchRow).where(SECOND_BATCH).values(purged_at=1, records=9), "batch 2 is not signed"),
    "hashes made again": (forge_hash, "batch 2"),
}


@pytest.mark.parametrize("harm", HARMS)
async def test_each_change_of_the_log_shows(house: Chain, store: Store, clock: HandClock, harm: str) -> None:
    for _ in range(2):
        await do(store, 3, clock())
        await house.link_all(clock())
    assert (await house.report()).fault is None
    does, shown = HARMS[harm]
    async with store.transaction() as work:
        if isinstance(does, Executable):
            await (await work.session.connection()).execute(does)
        else:
            await does(work)
    fault = (await house.report()).fault
    assert fault is not None
    assert shown in str(fault)


class Auditor:
    """Signs every caller in as a person who may read the log."""

    async def principal(self, _token: str, _now: Instant) -> Principal:
        """Return the person."""
        return Principal(1, "audit", frozenset({READ}), must_change_password=False)


async def test_what_is_wrong_is_said_in_the_readers_language(house: Chain, store: Store, clock: HandClock) -> None:
    await do(store, 1, clock())
    await house.link_all(clock())
    random = SeededBytes("requests")
    app = make_application((verify_audit_chain,), clock=clock, authenticator=Auditor(), random_bytes=random)
    app[CHAIN] = Chain(store, lambda _now: (KEY, PRIVATE), lambda _key: None)
    faults = {"zh-CN": "第 1 批的签名不属于本系统的密钥", "en": "batch 1 is not signed by a key of this house"}
    async with TestClient(TestServer(app)) as client:
        for language, fault in faults.items():
            headers = {"Authorization": "Bearer x", "Accept-Language": language}
            said = await (await client.get("/api/v1/audit-chain", headers=headers)).json()
            assert (said["batches"], len(said["head"]), said["fault"]) == (1, 64, fault)


@pytest.mark.usefixtures("office")
async def test_a_purge_takes_old_batches_whole_and_the_rest_verifies(house: Chain, store: Store, clock: HandClock) -> None:
    await house.link_all(clock())
    await do(store, 3, clock())
    await house.link_all(clock())
    old = clock()
    clock.advance(seconds=(KEPT_DAYS + 1) * MS_PER_DAY // 1000)
    await do(store, 2, clock())
    await house.link_all(clock())
    held = (await house.report()).records
    assert await house.purge(Instant(old + 1), 1, clock()) == held - 2
    report = await house.report()
    assert (report.batches, report.purged_batches, report.fault) == (4, 2, None)
    async with store.reading() as work:
        left = (await work.session.exec(select(AuditRow.action).order_by(col(AuditRow.id)))).all()
    assert left == ["order.sell", "order.sell", "audit.purge"]


async def test_what_is_young_or_was_tampered_with_is_not_purged(house: Chain, store: Store, clock: HandClock) -> None:
    await do(store, 3, clock())
    await house.link_all(clock())
    with pytest.raises(Problem) as young:
        await house.purge(Instant(clock() - MS_PER_DAY), 1, clock())
    assert young.value.code is ProblemCode.INPUT_INVALID
    old = clock()
    clock.advance(seconds=(KEPT_DAYS + 1) * MS_PER_DAY // 1000)
    async with store.transaction() as work:
        await work.session.exec(delete(AuditRow).where(col(AuditRow.id) == 1))
    with pytest.raises(Problem) as tampered:
        await house.purge(Instant(old + 1), 1, clock())
    assert tampered.value.code is ProblemCode.CONFLICT
