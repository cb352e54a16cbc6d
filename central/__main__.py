"""The command line of central: `paifang central ...` and `paifang keys ...`.

Laws: with `assembly`, the only place that reads settings, the clock and the system's randomness; a fault is one line that says
what to do, never a stack trace.
"""

import asyncio
import json
import logging
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from aiohttp import web
from rich.console import Console
from rich.table import Table

from central.assembly import Ambience, api_document, build_app
from central.domain.principal import DataScope
from central.identity.accounts import WINDOW, Accounts, Profile
from central.identity.passwords import Passwords, pin_hasher, strong_hasher
from central.identity.permissions import ALL, Permission
from central.identity.roles import RoleGrant, Roles, administrators
from central.keys import service as key_service
from central.keys.files import KeyFiles
from central.settings import CentralSettings, read_settings
from central.store import backup as backups
from central.store.engine import open_database
from central.store.migrate import migrate as migrate_database
from central.store.unit_of_work import Store
from central.web.server import AppRunner
from protocol.errors import PaifangError, SettingsError
from protocol.instants import Instant, to_datetime
from protocol.keyring import Purpose

NS_PER_MS = 1_000_000
SHUTDOWN_S = 5.0

app = typer.Typer(help="Paifang's office: sells, publishes to gates, takes in their journals.", no_args_is_help=True)
keys = typer.Typer(help="The keys that central signs with.", no_args_is_help=True)
user = typer.Typer(help="Who may sign in.", no_args_is_help=True)
app.add_typer(user, name="user")
_errors = Console(stderr=True)

Passphrase = Annotated[
    str | None,
    typer.Option(help="Opens the root key; better given as PAIFANG_ROOT_PASSPHRASE.", envvar="PAIFANG_ROOT_PASSPHRASE"),
]
NewPassphrase = Annotated[
    str | None,
    typer.Option(help="Of the new root key, with --root; better given as its variable.", envvar="PAIFANG_NEW_ROOT_PASSPHRASE"),
]


def clock() -> Instant:
    """Return the system's time."""
    return Instant(time.time_ns() // NS_PER_MS)


def _ambience() -> Ambience:
    return Ambience(clock, os.urandom, strong_hasher(), pin_hasher())


@contextmanager
def _faults_in_one_line() -> Iterator[None]:
    try:
        yield
    except PaifangError as error:
        _errors.print(f"paifang: {error}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from error


@app.command()
def serve() -> None:
    """Serve the API to people, gates and kiosks, until SIGTERM."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    with _faults_in_one_line():
        asyncio.run(_serve(read_settings()))


async def _serve(settings: CentralSettings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    built = await build_app(settings, _ambience())
    for notice in built.notices:
        typer.echo(f"notice: {notice}")
    async with AsyncExitStack() as served:
        if built.metrics is not None:
            assert settings.metrics_port is not None, "the metrics have an address of their own"
            metrics = await _listen(served, built.metrics, settings.metrics_host, settings.metrics_port, "PAIFANG_METRICS_PORT")
            typer.echo(f"metrics: {metrics}/metrics")
        url = await _listen(served, built.app, settings.listen_host, settings.listen_port, "PAIFANG_LISTEN_PORT")
        typer.echo(f"ready: {url}")
        await stop.wait()


async def _listen(served: AsyncExitStack, application: web.Application, host: str, port: int, setting: str) -> str:
    """Serve an application until the stack ends; return its URL. SettingsError, which names the setting, where it cannot."""
    runner = AppRunner(application, os.urandom, SHUTDOWN_S)
    served.push_async_callback(runner.cleanup)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise SettingsError(f"cannot listen on {host}:{port} ({error.strerror}); set {setting}") from error
    bound_host, bound_port = runner.addresses[0][:2]
    return f"http://{bound_host}:{bound_port}"


@app.command()
def migrate() -> None:
    """Bring the database to this version's tables; `serve` does it too."""

    async def run(settings: CentralSettings) -> str:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        database = open_database(settings.url)
        try:
            return await migrate_database(database)
        finally:
            await database.close()

    with _faults_in_one_line():
        typer.echo(f"database is at revision {asyncio.run(run(read_settings()))}")


@app.command()
def openapi() -> None:
    """Print the OpenAPI document, without a server."""
    typer.echo(json.dumps(api_document(), ensure_ascii=False, indent=2))


@user.command()
def add(name: str, permission: Annotated[list[str] | None, typer.Option(help="Repeat for more; none gives all.")] = None) -> None:
    """Add a person, and print the one-time password."""
    if unknown := sorted(set(permission or ()) - set(ALL)):
        raise typer.BadParameter(f"{unknown[0]} is none of {', '.join(ALL)}")
    grant = RoleGrant(name, frozenset(Permission(one) for one in permission or ()), DataScope.ALL, DataScope.ALL)
    _with_store(lambda store: _add_person(store, name, grant))


@user.command()
def reset(name: str) -> None:
    """Give a person a new one-time password, and print it."""
    _with_store(lambda store: _reset(store, name))


async def _add_person(store: Store, name: str, grant: RoleGrant) -> str:
    """Add a person: an administrator, or with a role of their own where permissions are named."""
    if grant.permissions:
        role = (await Roles(store).add(grant, None, clock())).role_id
    else:
        async with store.transaction() as work:
            role = await administrators(work, clock())
    return (await _accounts(store).add(name, Profile("", WINDOW, frozenset({role})), None, clock()))[1]


async def _reset(store: Store, name: str) -> str:
    accounts = _accounts(store)
    return (await accounts.reset_password(await accounts.number_of(name), None, clock()))[1]


def _accounts(store: Store) -> Accounts:
    return Accounts(store, Passwords(strong_hasher()), os.urandom)


def _with_store(use: Callable[[Store], Awaitable[str]]) -> None:
    async def run(settings: CentralSettings) -> str:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        store = Store(open_database(settings.url))
        try:
            await migrate_database(store.database)
            return await use(store)
        finally:
            await store.close()

    with _faults_in_one_line():
        typer.echo(f"one-time password: {asyncio.run(run(read_settings()))}")


@app.command()
def backup(file: Path) -> None:
    """Back the embedded database up, while it serves. Keep the key files as well: without them sealed fields stay closed."""
    with _faults_in_one_line():
        size = backups.back_up(backups.embedded_file(read_settings().url), file)
        typer.echo(f"{file}: {size} bytes; back up the key files apart from it")


@app.command()
def restore(file: Path, passphrase: Passphrase = None) -> None:
    """Put a backup back while no server runs, and raise the epoch: gates then send what the backup had not yet."""
    with _faults_in_one_line():
        settings = read_settings()
        target = backups.embedded_file(settings.url)
        backups.check(file)
        # The epoch first: raising it without a restore does no harm; a restore without raising it would publish versions twice.
        keyring = key_service.raise_epoch(KeyFiles(settings.keys_dir), _given(passphrase), clock())
        backups.put_back(file, target)
        typer.echo(f"restored; the epoch is {keyring.epoch}. The database that was there has {backups.KEPT_SUFFIX} in its name")


@keys.command()
def init(passphrase: Passphrase = None) -> None:
    """Make the root key and one key of each purpose."""
    with _faults_in_one_line():
        settings = read_settings()
        key_service.initialise(KeyFiles(settings.keys_dir), _given(passphrase), clock(), os.urandom)
        typer.echo(f"keys were made in {settings.keys_dir}; take root.pem away and keep it offline")


@keys.command()
def rotate(
    purpose: Annotated[Purpose, typer.Option(help="Which key to replace.")] = Purpose.TICKETS,
    compromised: Annotated[bool, typer.Option(help="The old key was stolen: trust it no further.")] = False,  # noqa: FBT002 - typer options are plain arguments
    root: Annotated[bool, typer.Option("--root", help="Replace the root key instead.")] = False,  # noqa: FBT002 - the same
    passphrase: Passphrase = None,
    new_passphrase: NewPassphrase = None,
) -> None:
    """Add a new key of a purpose, or replace the root key; a running server takes it up within seconds."""
    if root and compromised:
        raise typer.BadParameter("--root ends the old key for every gate that hears of the new one; leave --compromised out")
    with _faults_in_one_line():
        files = KeyFiles(read_settings().keys_dir)
        if root:
            opened = _given(passphrase)
            keyring = key_service.rotate_root(files, opened, new_passphrase or _asked_twice(), clock(), os.urandom)
            typer.echo(f"keyring version {keyring.version} is signed by the new root key; take root.pem away, keep it offline")
            return
        keyring = key_service.rotate(files, _given(passphrase), purpose, clock(), os.urandom, compromised=compromised)
        typer.echo(f"keyring version {keyring.version} is signed")


@keys.command()
def status() -> None:
    """Show the keys, and what is due."""
    with _faults_in_one_line():
        found = key_service.report(KeyFiles(read_settings().keys_dir), clock())
    table = Table("key", "purpose", "status", "until", "signs now", "private half here")
    for one in found.keys:
        until = to_datetime(one.key.not_after).date().isoformat()
        signs, here = ("yes" if one.is_current else ""), ("yes" if one.has_private else "no")
        table.add_row(str(one.key.key_id), one.key.purpose.value, one.key.state.value, until, signs, here)
    console = Console()
    console.print(table)
    expires = to_datetime(found.keyring.expires_at).date().isoformat()
    console.print(f"epoch {found.keyring.epoch}, version {found.keyring.version}, expires {expires}", highlight=False)
    console.print(f"root key: {'here; take it offline' if found.root_is_here else 'not here'}", highlight=False)
    for warning in found.warnings:
        _errors.print(f"warning: {warning}", markup=False)


def _given(passphrase: str | None) -> str:
    settings = read_settings()
    if passphrase:
        return passphrase
    if settings.root_passphrase is not None:
        return settings.root_passphrase.get_secret_value()
    return str(typer.prompt("passphrase of the root key", hide_input=True, err=True))


def _asked_twice() -> str:
    return str(typer.prompt("passphrase of the new root key", hide_input=True, confirmation_prompt=True, err=True))


if __name__ == "__main__":
    app()
