"""The guarantees of lamps and a buzzer to a lane, over both kinds of relay board."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from edge.devices.drivers import relay_lamps
from edge.devices.drivers.relay_lamps import PATTERNS, RelayLamps
from edge.devices.drivers.relay_lines import RelayLine, SerialRelayLine, UsbRelayLine
from edge.devices.framing import usb_relay
from edge.devices.framing.lcus import StateReply
from edge.devices.ports import DeviceState, Sign
from edge.devices.supervisor import supervise
from edge.devices.transports.usb_device import UsbAddress
from edge.gate.signs import sign_of
from hardware_sims.lcus_board import LcusBoard, StateAnswer
from hardware_sims.timers import LoopTimers
from hardware_sims.usb_relay_board import UsbRelayBoard
from hardware_sims.wires import PtyWire
from protocol.admission.verdict import CallStaff, FreePassage, LetOut, Reason, Refuse
from tests.builders.supervised import SupervisedBoard

pytestmark = pytest.mark.real_time

GREEN, RED, BUZZER = 0, 1, 2


class Rig(SupervisedBoard):
    board: LcusBoard | UsbRelayBoard

    def __init__(self, kind: str, directory: Path) -> None:
        super().__init__(PtyWire(directory / "lamps", LoopTimers()), limit_s=20.0)
        self.ahead_s = 0.0
        line: RelayLine
        if kind == "usb":
            self.board = UsbRelayBoard(Random(1), channels=4)  # noqa: S311 - a seed repeats a run
            line = UsbRelayLine(UsbAddress(usb_relay.VENDOR, usb_relay.PRODUCT), backend=self.bus)
        else:
            self.board = LcusBoard(self.wire, channels=4, state=StateAnswer.TEXT)
            line = SerialRelayLine(str(directory / "lamps"), StateReply.TEXT, 4)
        loop = asyncio.get_running_loop()
        self.driver = RelayLamps("lamps", line, (GREEN, RED, BUZZER), lambda: loop.time() + self.ahead_s)

    @property
    def lit(self) -> set[int]:
        return {relay for relay, closed in enumerate(self.board.relays.contacts) if closed}


@pytest.fixture(params=["serial", "usb"])
async def rig(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    monkeypatch.setattr(relay_lamps, "WATCH_PERIOD_S", 0.05)
    rig = Rig(request.param, tmp_path)
    rig.plug()
    serving = asyncio.create_task(supervise(rig.driver, rig.healths.append, asyncio.get_running_loop().time))
    await rig.until(lambda: rig.state is DeviceState.READY)
    yield rig
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    await rig.until(lambda: rig.lit == set())
    rig.unplug()


async def test_each_sign_lights_its_lamps_which_go_out_by_themselves(rig: Rig) -> None:
    for sign, lit in (
        (Sign.GO, {GREEN}),
        (Sign.STOP, {RED, BUZZER}),
        (Sign.CARD, {GREEN, RED, BUZZER}),
        (Sign.CALL, {RED, BUZZER}),
    ):
        rig.driver.show(sign)
        await rig.until(lambda lit=lit: rig.lit == lit)  # type: ignore[misc]  # bound at once
    rig.ahead_s += max(PATTERNS[Sign.CALL])
    await rig.until(lambda: rig.lit == set())


async def test_lamps_that_are_not_there_delay_no_visitor_and_are_lit_again_after_replug(rig: Rig) -> None:
    rig.unplug()
    rig.driver.show(Sign.STOP)
    await rig.until(lambda: rig.state is DeviceState.FAULT)
    rig.plug()
    await rig.until(lambda: rig.state is DeviceState.READY)
    rig.driver.show(Sign.GO)
    await rig.until(lambda: rig.lit == {GREEN})


def test_verdicts_have_their_signs() -> None:
    assert sign_of(Refuse(Reason.UNKNOWN)) is Sign.STOP
    assert sign_of(CallStaff(Reason.GATE_FAULT)) is Sign.CALL
    assert sign_of(LetOut(None, None, 1, Reason.GATE_FAULT)) is Sign.GO
    assert sign_of(FreePassage()) is Sign.GO
