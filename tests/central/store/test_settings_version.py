"""The version of the small tables rises with each statement that writes to one of them, in every form."""

import pytest
from sqlalchemy import text
from sqlmodel import col, delete, insert, update

from central.store import settings_version
from central.store.bulk import insert_rows
from central.store.tables.catalog import SiteRow
from central.store.tables.metadata import METADATA
from central.store.tables.people import SignInFailureRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing, insert_or_replace
from protocol.identifiers import SiteId
from tests.builders.central import NOON

SITE = {"id": 7, "rules": "{}", "holder_key_sealed": b"key", "created_at": NOON}


async def version(store: Store) -> int:
    async with store.reading() as work:
        return await settings_version.version(await work.session.connection())


async def by_object(work: Work) -> None:
    row = SiteRow(id=SiteId(8), rules="{}", holder_key_sealed=b"key", created_at=NOON)
    work.session.add(row)
    await work.session.flush()
    row.rules = "{ }"


async def by_insert(work: Work) -> None:
    await (await work.session.connection()).execute(insert(SiteRow), [{**SITE, "id": 8}])


async def by_update(work: Work) -> None:
    await (await work.session.connection()).execute(update(SiteRow).where(col(SiteRow.id) == 7).values(rules="{ }"))


async def by_delete(work: Work) -> None:
    await (await work.session.connection()).execute(delete(SiteRow).where(col(SiteRow.id) == 7))


async def by_bulk(work: Work) -> None:
    names = ("id", "rules", "holder_key_sealed", "created_at")
    await insert_rows(await work.session.connection(), SiteRow, names, [(8, "{}", b"key", NOON)])


async def by_upsert(work: Work) -> None:
    await insert_or_replace(await work.session.connection(), SiteRow, ["id"], [{**SITE, "rules": "{ }"}])


async def by_missing(work: Work) -> None:
    await insert_missing(await work.session.connection(), SiteRow, [{**SITE, "id": 8}])


async def by_text(work: Work) -> None:
    await (await work.session.connection()).execute(text("update \"site\" set rules = '{ }'"))


@pytest.mark.parametrize(
    "write", [by_object, by_insert, by_update, by_delete, by_bulk, by_upsert, by_missing, by_text], ids=lambda way: way.__name__
)
async def test_every_way_of_writing_raises_the_version(store: Store, write: object) -> None:
    assert callable(write)
    async with store.transaction() as work:
        await by_insert(work)
        await (await work.session.connection()).execute(update(SiteRow).values(id=7))
    before = await version(store)
    async with store.transaction() as work:
        await write(work)
    assert await version(store) == before + 1


async def test_what_is_undone_or_touches_other_tables_raises_nothing(store: Store) -> None:
    before = await version(store)

    async def fail() -> None:
        async with store.transaction() as work:
            await by_insert(work)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    async with store.transaction() as work:
        work.session.add(SignInFailureRow(account="site", source="check_point", failures=1, last_at=NOON))
    async with store.transaction() as work:
        await (await work.session.connection()).execute(
            text("SELECT rules FROM site FOR UPDATE" if _locks(store) else "SELECT 1")
        )
    assert await version(store) == before


def _locks(store: Store) -> bool:
    return not store.database.is_embedded


@pytest.mark.parametrize(
    ("statement", "writes"),
    [
        ('INSERT INTO "site" (id) VALUES (1)', True),
        ("INSERT OR REPLACE INTO check_point VALUES (1)", True),
        ("WITH told AS (UPDATE ticket_type SET price_fen = 1) INSERT INTO counter VALUES (1)", True),
        ("DELETE FROM public.ticked_type", True),
        ("UPDATE ONLY supervisor_pin SET set_at = 1", True),
        ("TRUNCATE user_account", True),
        ("SELECT * FROM site JOIN check_point ON true FOR UPDATE", False),
        ("UPDATE agent SET last_seen_at = (SELECT 1 FROM site)", False),
        ("INSERT INTO site_visits VALUES (1)", False),
    ],
)
def test_a_statement_writes_to_the_table_that_it_names_after_its_verb(statement: str, *, writes: bool) -> None:
    assert settings_version.writes_small_table(statement) is writes


def test_the_tables_that_are_named_exist() -> None:
    assert METADATA.tables.keys() >= settings_version.TABLES
