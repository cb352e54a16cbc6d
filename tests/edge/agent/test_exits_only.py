"""A whole agent over ptys whose trust state cannot be read: it opens its exits, and reports which file failed (law 8)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import apsw
import pytest
from aiohttp.test_utils import TestServer

from edge.assembly import CACHE_FILE, JOURNAL_FILE, TRUST_FILE, run_agent
from edge.devices.drivers.modbus_settings import ModbusSettings
from edge.devices.drivers.serial_scanner import SerialScannerSettings
from edge.enrolment import IDENTITY_FILE, KEY_FILE
from edge.local_messages import Question
from edge.settings import AgentSettings, LaneSettings
from edge.watchdog import SOCKET_VARIABLE
from hardware_sims import turnstile as mechanics
from hardware_sims.relay_board import RelayBoard
from hardware_sims.scanner import Scanner
from hardware_sims.timers import LoopTimers
from hardware_sims.wires import PtyWire
from protocol.admission.verdict import Reason
from protocol.directions import Direction
from protocol.errors import InputError, StorageError
from protocol.identifiers import CheckPointId, TicketId
from protocol.journal.codec import decode_entry
from protocol.journal.events import NO_TICKET, Entry, Intent
from tests.builders.agent import Rig, an_office, until
from tests.builders.feed import ENTRY_POINT
from tests.builders.gate import code_of
from tests.builders.gate_lane import BAUD, EXIT_POINT, ONE

pytestmark = [pytest.mark.real_time, pytest.mark.law(8)]

Damage = Callable[[Path], object]


class Lane:
    """One lane's hardware: an arm and a scanner on each side, each on a pty."""

    def __init__(self, directory: Path) -> None:
        timers = LoopTimers()
        self.wires = {name: PtyWire(directory / name, timers, baud=BAUD) for name in ("relay", *Direction)}
        self.arm = mechanics.Turnstile(RelayBoard(self.wires["relay"], timers, baud=BAUD), timers)
        self.scanners = {side: Scanner(self.wires[side], timers) for side in Direction}
        ports = {name: str(directory / name) for name in self.wires}
        readers = tuple(
            SerialScannerSettings(driver="serial-scanner", port=ports[side], baud=115_200, direction=side) for side in Direction
        )
        turnstile = ModbusSettings(port=ports["relay"], baud=115_200)
        lane = LaneSettings(name="east", entry=ENTRY_POINT, exit=EXIT_POINT, turnstile=turnstile, readers=readers)
        self.settings = AgentSettings(data_dir=directory, lanes=(lane,))

    def released(self, side: Direction) -> int:
        return self.arm.releases(mechanics.Direction(side.value))

    def opens_to(self, side: Direction) -> bool:
        self.show(side, b"whatever")
        return self.released(side) > 0

    def show(self, side: Direction, code: bytes) -> None:
        self.scanners[side].show(code)
        self.scanners[side].clear()


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    """An agent that has served before and is now off."""
    office = an_office()
    async with TestServer(office.app()) as server:
        rig = Rig(tmp_path, office, str(server.make_url("")).rstrip("/"))
        await rig.start()
        await rig.until_fresh()
        await until(lambda: bool(office.entries))
        await rig.stop()
        yield rig
        await rig.stop()


@pytest.fixture
async def lane(rig: Rig) -> AsyncIterator[Lane]:
    lane = Lane(rig.directory)
    rig.settings = lane.settings
    for wire in lane.wires.values():
        wire.plug()
    yield lane
    await rig.stop()
    for wire in lane.wires.values():
        wire.unplug()


def remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def scribble(directory: Path) -> None:
    remove(directory / TRUST_FILE)
    (directory / TRUST_FILE).write_bytes(b"no database" + bytes(5_000))


def block(directory: Path) -> None:
    remove(directory / TRUST_FILE)
    (directory / TRUST_FILE).mkdir()


def edit(directory: Path) -> None:
    connection = apsw.Connection(str(directory / TRUST_FILE))
    connection.execute("UPDATE kept SET value = zeroblob(length(value)) WHERE name = 'trust'")
    connection.close()


def wipe(directory: Path) -> None:
    for name in (KEY_FILE, IDENTITY_FILE):
        (directory / name).unlink()
    remove(directory / CACHE_FILE)


def cut_short(directory: Path) -> None:
    (directory / IDENTITY_FILE).write_bytes(b"")


def entries(directory: Path) -> list[Entry]:
    connection = apsw.Connection(str(directory / JOURNAL_FILE))
    rows = connection.execute("SELECT data FROM entry ORDER BY ordinal, sequence").fetchall()
    connection.close()
    return [decode_entry(data) for (data,) in rows if isinstance(data, bytes)]


def exits_of(directory: Path) -> list[tuple[CheckPointId, Direction, TicketId]]:
    intents = [(one.check_point, one.event) for one in entries(directory) if isinstance(one.event, Intent)]
    return [(check_point, intent.direction, intent.ticket_id) for check_point, intent in intents]


def lane_of(status: dict[str, object]) -> dict[str, object]:
    lanes = status["lanes"]
    assert isinstance(lanes, list)
    return dict(lanes[0])


async def serves(rig: Rig) -> dict[str, object]:
    def ready(status: dict[str, object]) -> bool:
        devices = status["devices"]
        assert isinstance(devices, list)
        return len(devices) == len(("relay", *Direction)) and all(one["state"] == "ready" for one in devices)

    return await rig.until(ready)


@pytest.mark.parametrize(
    ("damage", "said", "recorded"),
    [
        (scribble, TRUST_FILE, True),
        (block, TRUST_FILE, True),
        (edit, TRUST_FILE, True),
        (wipe, "paifang edge enroll", False),
        (cut_short, "the identity is damaged", False),
    ],
)
async def test_an_exit_opens_an_entry_calls_staff_and_the_status_says_why(
    rig: Rig, lane: Lane, damage: Damage, said: str, *, recorded: bool
) -> None:
    damage(rig.directory)
    known = len(rig.office.entries)
    await rig.start()
    status = await serves(rig)
    assert said in str(status["fault"])
    for number, code in enumerate((code_of(ONE, rig.office.feed), b"whatever"), 1):
        lane.show(Direction.EXIT, code)
        await rig.until(lambda status: lane_of(status)["let_out"] == number)  # noqa: B023 - awaited here
        await until(lambda: lane.arm.push(mechanics.Direction.EXIT))
        await rig.until(lambda status: lane_of(status)["busy"] is False)
    lane.show(Direction.ENTRY, code_of(ONE, rig.office.feed))
    after = await rig.until(lambda status: lane_of(status)["refused"] == 1)
    assert lane_of(after)["last"] == Reason.CACHE_LOCKED.value
    assert (lane_of(after)["let_out"], lane.released(Direction.EXIT), lane.released(Direction.ENTRY)) == (2, 2, 0)
    await rig.stop()
    told = [(EXIT_POINT, Direction.EXIT, ticket_id) for ticket_id in (ONE.ticket_id, NO_TICKET)]
    assert exits_of(rig.directory) == told * recorded
    assert len(rig.office.entries) == known, "central is not talked to"


async def test_fire_is_observed(rig: Rig, lane: Lane) -> None:
    scribble(rig.directory)
    await rig.start()
    await serves(rig)
    lane.arm.set_fire(on=True)
    await rig.until(lambda status: lane_of(status)["fire"] is True)


@pytest.mark.parametrize("question", [Question.SIGN_OFF, Question.OPEN])
async def test_what_needs_central_is_answered_with_the_fault(rig: Rig, lane: Lane, question: Question) -> None:
    assert lane.settings.lanes
    scribble(rig.directory)
    await rig.start()
    with pytest.raises(InputError, match=TRUST_FILE):
        await rig.ask(question)


async def test_systemd_is_told_that_visitors_are_served_and_what_is_wrong(
    rig: Rig, lane: Lane, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lane.settings.lanes
    place = rig.directory / "notify"
    monkeypatch.setenv(SOCKET_VARIABLE, str(place))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK) as notified:
        notified.bind(str(place))
        scribble(rig.directory)
        await rig.start()
        said = (await asyncio.get_running_loop().sock_recv(notified, 4_096)).decode()
    assert said.startswith("READY=1")
    assert TRUST_FILE in said


async def test_an_exit_opens_though_the_local_socket_cannot_be_made(rig: Rig, lane: Lane) -> None:
    lane.settings.socket.unlink(missing_ok=True)
    lane.settings.socket.mkdir()
    rig.task = asyncio.create_task(run_agent(rig.settings))
    await until(lambda: lane.opens_to(Direction.EXIT))


async def test_where_there_is_no_exit_it_does_not_start(rig: Rig) -> None:
    scribble(rig.directory)
    with pytest.raises(StorageError, match=TRUST_FILE):
        await run_agent(rig.settings)
