"""The command `paifang edge`: enrol an agent, run it, show its status, let a supervisor act, pair the page of a counter.

Laws: a fault is one sentence on stderr and exit code 1, never a stack trace.
"""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, TypeVar

import structlog
import typer

from edge.assembly import enrol_agent, run_agent
from edge.counter.browser_policy import install_policy, rivals
from edge.counter.messages import schema
from edge.counter.origins import checked
from edge.devices.devices_page import table
from edge.local.server import ask_local
from edge.local_messages import Question, Request
from edge.settings import load_settings
from protocol.errors import PaifangError, SettingsError

app = typer.Typer(help="The agent of a gate, handheld or kiosk.", no_args_is_help=True)
counter_app = typer.Typer(help="The page at a counter, on the same computer.", no_args_is_help=True)
app.add_typer(counter_app, name="counter")
SettingsFile = Annotated[Path, typer.Option("--settings", help="The agent's TOML file.")]
Person = Annotated[int, typer.Option(help="The supervisor's number, whose PIN is asked.")]
T = TypeVar("T")
DEFAULT_SETTINGS = Path("/etc/paifang/agent.toml")


@app.command("enroll")
def enroll(
    central: Annotated[str, typer.Option(help="Central's address, such as https://paifang.example.")],
    code: Annotated[str, typer.Option(help="The one-time code that the office gave for this agent.")],
    settings: SettingsFile = DEFAULT_SETTINGS,
    name: Annotated[str, typer.Option(help="What people call this computer.")] = "gate",
) -> None:
    """Enrol this computer at central, with its own key."""
    identity = _finish(enrol_agent(load_settings(settings).data_dir, central, code, name))
    typer.echo(f"enrolled as agent {identity.agent} of site {identity.site}")


@app.command("run")
def run(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Serve the lanes of the settings file until the process is stopped."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO), logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )
    with suppress(asyncio.CancelledError):
        asyncio.run(_run_until_signal(settings))


@app.command("status")
def status(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Show the status of the running agent."""
    _ask(settings, Request(Question.STATUS))


@app.command("drivers")
def drivers() -> None:
    """Show which devices are supported, and how each was verified."""
    typer.echo(table(), nl=False)


@app.command("tickets")
def tickets(number: Annotated[str, typer.Argument(help="A ticket's number.")], settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Show what the running agent knows of a ticket."""
    _ask(settings, Request(Question.TICKET, number))


@app.command("signoff")
def signoff(
    settings: SettingsFile = DEFAULT_SETTINGS,
    reopen: Annotated[bool, typer.Option("--open", help="Open again instead.")] = False,  # noqa: FBT002 - typer options are plain arguments
) -> None:
    """Close the agent at the end of a shift: it uploads all entries and admits no visitor until it is opened again."""
    _ask(settings, Request(Question.OPEN if reopen else Question.SIGN_OFF))


@app.command("unlock")
def unlock(
    person: Person,
    minutes: Annotated[int, typer.Option(help="For how long; 0 locks again.")] = 10,
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Let the lanes admit today's single entries for some minutes although the cache is stale."""
    _ask(settings, Request(Question.UNLOCK, person=person, pin=_ask_pin(), minutes=minutes))


@app.command("override")
def override(
    person: Person,
    lane: Annotated[str, typer.Option(help="The lane's name in the settings.")],
    settings: SettingsFile = DEFAULT_SETTINGS,
) -> None:
    """Admit the visitor that a lane refused last, on a supervisor's authority; the journal records it."""
    _ask(settings, Request(Question.OVERRIDE, person=person, pin=_ask_pin(), lane=lane))


@counter_app.command("pair")
def pair(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Show a code by which one page pairs itself with the running agent; it lives five minutes and is taken once."""
    answer = _finish(ask_local(load_settings(settings).socket, Request(Question.PAIR)))
    typer.echo(f"配对码 / pairing code: {answer['code']}")
    typer.echo(f"请在 {answer['valid_s']} 秒内在售票页面输入 / type it into the page within {answer['valid_s']} s")


@counter_app.command("unpair")
def unpair(settings: SettingsFile = DEFAULT_SETTINGS) -> None:
    """Forget all paired pages of the running agent."""
    _ask(settings, Request(Question.UNPAIR))


@counter_app.command("messages")
def counter_messages() -> None:
    """Show what the page and the agent say to each other, as JSON Schema."""
    typer.echo(json.dumps(schema(), indent=2, ensure_ascii=False))


@counter_app.command("install-policy")
def counter_policy(
    origin: Annotated[list[str], typer.Option(help="The console's origin, such as https://paifang.example.")],
    root: Annotated[Path, typer.Option(help="The folder under which browsers look for policies.")] = Path("/"),
) -> None:
    """Let the console's pages reach this computer's agent without a question, in Chrome, Chromium and Edge."""
    try:
        origins = [checked(one) for one in origin]
    except ValueError as error:
        raise SettingsError(f"--origin: {error}") from error
    for path in install_policy(root, origins):
        typer.echo(f"{path}")
    for path in rivals(root):
        typer.echo(f"{path} states one of these policies too, and the browser takes one of the two; join them", err=True)


def _ask_pin() -> str:
    return str(typer.prompt("PIN", hide_input=True))


async def _run_until_signal(settings: Path) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    assert task is not None, "a coroutine runs in a task"
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    await run_agent(load_settings(settings))


def _ask(settings: Path, request: Request) -> None:
    answer = _finish(ask_local(load_settings(settings).socket, request))
    typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))


def _finish(work: Coroutine[object, object, T]) -> T:
    return asyncio.run(work)


def main(arguments: list[str], prog_name: str = "paifang edge") -> None:
    """Run the command; print a fault as one sentence and return exit code 1."""
    try:
        app(arguments, prog_name=prog_name)
    except PaifangError as fault:
        faults: Sequence[BaseException] = (fault,)
    except BaseExceptionGroup as group:
        expected, others = group.split(PaifangError)
        if expected is None or others is not None:
            raise
        faults = expected.exceptions
    else:
        return
    for one in faults:
        typer.echo(f"{prog_name}: {one}", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
