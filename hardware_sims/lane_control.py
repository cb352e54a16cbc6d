"""The control channel of a simulated lane: a unix socket, one JSON command a line, one JSON answer a line.

Laws: each line gets exactly one answer, {"ok": true, ...} or {"ok": false, "error": ...}; commands of one connection are carried
out in order, connections never wait for each other; a bad command changes nothing.
"""

import asyncio
from pathlib import Path

from pydantic import ValidationError

from hardware_sims import lane_commands as commands
from hardware_sims.camera import CameraFault
from hardware_sims.command_socket import serve_commands
from hardware_sims.faults import LineFault
from hardware_sims.lane import Lane
from hardware_sims.relay_board import RelayFault
from hardware_sims.scanner import ScannerFault
from hardware_sims.turnstile import Direction
from hardware_sims.visitor import visit

MAX_LINE_BYTES = 65_536
HISTORY_PER_ANSWER = 500  # keeps an answer below the line limit of common readers

Answer = dict[str, object]


class BadCommandError(Exception):
    """A command that is well formed but impossible; the message says why."""


class LaneControl:
    """Carries out commands on one lane."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def answer(self, line: bytes) -> Answer:
        """Carry out one command and return its result."""
        try:
            command = commands.COMMANDS.validate_json(line)
            return {"ok": True, **await self._carry_out(command)}
        except ValidationError as error:
            return {"ok": False, "error": "; ".join(f"{detail['loc']}: {detail['msg']}" for detail in error.errors())}
        except BadCommandError as error:
            return {"ok": False, "error": str(error)}

    async def _carry_out(self, command: commands.Command) -> Answer:  # noqa: C901, PLR0912 - one case per command
        match command:
            case commands.Show():
                self._lane.scanner.show(command.payload)
                if command.for_s is not None:
                    asyncio.get_running_loop().call_later(command.for_s, self._lane.scanner.clear)
            case commands.CameraShow():
                second = () if command.second is None else (command.second.encode(),)
                self._lane.camera.show(command.payload, *second)
            case commands.Visit():
                return await self._visit(command)
            case commands.Simple():
                self._simple(command)
            case commands.Move():
                return self._move(command)
            case commands.Weld():
                self._lane.turnstile.weld(command.direction, on=command.on)
            case commands.Switch():
                self._switch(command)
            case commands.Cable():
                await self._cable(command)
            case commands.Disconnect():
                self._lane.camera.disconnect()
            case commands.Stick():
                self._lane.board.stick(command.channel, closed=command.closed)
            case commands.Fault():
                self._fault(command)
            case commands.State():
                return self._state(command.since)
        return {}

    async def _visit(self, command: commands.Visit) -> Answer:
        lane = self._lane
        eye = lane.scanner if command.device == "scanner" else lane.camera
        went = await visit(
            eye,
            lane.turnstile,
            command.payload,
            command.direction,
            pushes=command.push,
            patience_s=command.patience_s,
        )
        return {"released": went.released, "passed": went.passed}

    def _simple(self, command: commands.Simple) -> None:
        lane = self._lane
        {
            "clear": lane.scanner.clear,
            "camera_clear": lane.camera.clear,
            "board_reset": lane.board.reset,
            "scanner_factory_reset": lane.scanner.factory_reset,
            "scanner_power_cycle": lane.scanner.power_cycle,
        }[command.do]()

    def _move(self, command: commands.Move) -> Answer:
        turnstile, direction = self._lane.turnstile, command.direction
        match command.do:
            case "push":
                return {"passed": turnstile.push(direction, pulse_s=command.pulse_s, travel_s=command.travel_s)}
            case "tailgate":
                return {"passed": turnstile.tailgate(direction)}
            case "reverse":
                return {"passed": turnstile.reverse(direction)}
            case "force":
                turnstile.force(direction)
            case "glitch":
                turnstile.glitch(direction)
        return {}

    def _switch(self, command: commands.Switch) -> None:
        lane = self._lane
        {
            "fire": lane.turnstile.set_fire,
            "occupy": lane.turnstile.occupy,
            "turnstile_power": lane.turnstile.power,
            "board_power": lane.board.power,
        }[command.do](on=command.on)

    async def _cable(self, command: commands.Cable) -> None:
        plugs = command.do == "replug"
        if command.device == "camera":
            await (self._lane.camera.plug() if plugs else self._lane.camera.unplug())
            return
        wire = self._lane.relay_wire if command.device == "relay" else self._lane.scanner_wire
        (wire.plug if plugs else wire.unplug)()

    def _fault(self, command: commands.Fault) -> None:
        lane, fault = self._lane, command.fault
        if isinstance(fault, LineFault) and command.device != "camera":
            line = lane.relay_line if command.device == "relay" else lane.scanner_line
            line.switch(fault, on=command.on, replies=command.replies)
        elif command.replies is not None:
            raise BadCommandError(f"{fault} is not a fault of a serial line: it has no replies to count")
        elif isinstance(fault, RelayFault) and command.device == "relay":
            (lane.board.faults.add if command.on else lane.board.faults.discard)(fault)
        elif isinstance(fault, ScannerFault) and command.device == "scanner":
            (lane.scanner.faults.add if command.on else lane.scanner.faults.discard)(fault)
        elif isinstance(fault, CameraFault) and command.device == "camera":
            (lane.camera.faults.add if command.on else lane.camera.faults.discard)(fault)
        else:
            raise BadCommandError(f"the {command.device} has no fault {fault}")

    def _state(self, since: int) -> Answer:
        lane, turnstile = self._lane, self._lane.turnstile
        return {
            "arm": {each: "open" if turnstile.open_to(each) else "locked" for each in Direction},
            "fire": turnstile.fire,
            "releases": {each: turnstile.releases(each) for each in Direction},
            "passages": {each: turnstile.passages(each) for each in Direction},
            "coils": list(lane.board.coils),
            "contacts": list(lane.board.contacts),
            "scanner_reads": lane.scanner.reads,
            "camera_frames": lane.camera.frames_sent,
            "plugged": {
                "relay": lane.relay_wire.plugged,
                "scanner": lane.scanner_wire.plugged,
                "camera": lane.camera.plugged,
            },
            "history_length": len(turnstile.history),
            "history": [
                {"at_s": movement.at_s, "motion": movement.motion, "direction": movement.direction}
                for movement in turnstile.history[since : since + HISTORY_PER_ANSWER]
            ],
        }


async def listen(lane: Lane, path: Path) -> asyncio.Server:
    """Answer commands for `lane` on the unix socket `path`, replacing a stale one."""
    return await serve_commands(LaneControl(lane).answer, path, MAX_LINE_BYTES)
