"""The small site that every story begins with, and a central that serves a copy of it: its seed decides all that happens."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
from aiohttp.test_utils import TestServer
from pydantic import SecretStr

from central.assembly import Ambience, Built, build_app
from central.keys.files import KeyFiles
from central.settings import CentralSettings
from tests.builders.central import HandClock, SeededBytes, cheap_hasher, sqlite_url
from tests.builders.served import PASSPHRASE, PASSWORD
from tests.examples.teller import ORIGIN, Teller

ENTRY = {"sites": [1], "always": [{"check": "total-uses", "most": 1}]}
RESCHEDULED = {"reschedule": {"days_before": 0, "until": "23:59"}, "reprints": 3}
ADULT = {"name_zh": "成人票", "name_en": "Adult", "entitlements": [ENTRY], "after_sale": RESCHEDULED}
VIP = {"name_zh": "贵宾票", "name_en": "VIP", "entitlements": [ENTRY]}
GROUP = {"name_zh": "团队票", "name_en": "Group", "entitlements": [ENTRY], "group": {"minimum": 2, "maximum": 100}}
NAMED = {"name_zh": "实名票", "name_en": "Real-name", "entitlements": [ENTRY], "is_real_name": True}
TYPES = ((ADULT, 8_000), (VIP, 12_000), (GROUP, 5_000), (NAMED, 8_000))


@asynccontextmanager
async def served_story(prepared: Path, folder: Path, seed: str) -> AsyncIterator[Teller]:
    """Serve a copy of the prepared site in a folder that does not exist yet, its administrator signed in."""
    shutil.copytree(prepared, folder)
    async with _served(folder, seed) as (teller, _):
        await teller.sign_in(PASSWORD)
        yield teller


async def prepare(folder: Path) -> None:
    """Make the site in a folder that is empty."""
    async with _served(folder, "site") as (tell, built):
        said = next(notice for notice in built.notices if "one-time password" in notice)
        password = said.split("one-time password ")[1].split(";")[0]
        await tell.sign_in(password)
        changed = await tell.ask("changePassword", {"old_password": password, "new_password": PASSWORD, "bearer": True})
        tell.token = changed["token"]
        await tell.ask("addSite", {"name_zh": "牌坊镇", "name_en": "Paifang Town", "capacity": 5000})
        for parameters, price_fen in TYPES:
            await tell.ask("addTicketType", {"parameters": parameters, "price_fen": price_fen})
        await tell.ask("addCheckPoint", {"name_zh": "一号闸机", "name_en": "Gate 1", "ticked": [1, 2, 3, 4]}, site_id=1)
        role = await tell.ask("addRole", {"name": "售票员", "permissions": ["sales.read", "sales.sell"], "scope": "own"})
        await tell.ask("addUser", {"name": "li", "full_name": "李梅", "role_ids": [role["role_id"]]})


@asynccontextmanager
async def _served(folder: Path, seed: str) -> AsyncIterator[tuple[Teller, Built]]:
    clock = HandClock()
    built, key_files = await build(folder, seed, clock)
    server = TestServer(built.app)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        try:
            await built.publisher.publish_all(sign_again=True)
            yield Teller(f"http://{server.host}:{server.port}", session, clock, built, key_files), built
        finally:
            await server.close()
            await built.store.close()


async def build(folder: Path, seed: str, clock: HandClock) -> tuple[Built, KeyFiles]:
    """Build a central without the jobs that run by the machine's clock: a story runs their use cases itself."""
    settings = CentralSettings(
        data_dir=folder, database_url=sqlite_url(folder), root_passphrase=SecretStr(PASSPHRASE), public_origin=ORIGIN
    )
    built = await build_app(settings, Ambience(clock, SeededBytes(f"examples/{seed}"), cheap_hasher(), cheap_hasher()))
    built.app.cleanup_ctx.clear()
    return built, KeyFiles(settings.keys_dir)
