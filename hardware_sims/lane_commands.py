"""The commands to a simulated lane from outside, one JSON object per line: {"do": "show", "code": "..."}.

Laws: an unknown command, field or value is refused by name, never guessed. Codes are text, or hex in `code_hex`.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from hardware_sims import camera_scenes, scanner
from hardware_sims.camera import CameraFault
from hardware_sims.faults import LineFault
from hardware_sims.relay_board import RelayFault
from hardware_sims.scanner import ScannerFault
from hardware_sims.turnstile import Direction

Device = Literal["relay", "scanner", "camera"]
Channel = Annotated[int, Field(ge=0, lt=8)]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _CodeCommand(_Command):
    code: str | None = None
    code_hex: str | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "_CodeCommand":
        if (self.code is None) == (self.code_hex is None) or not self.payload:
            raise ValueError("give either code or code_hex, and not an empty one")
        if len(self.payload) > self._most_bytes():
            raise ValueError(f"a code has at most {self._most_bytes()} bytes here")
        return self

    def _most_bytes(self) -> int:
        return scanner.MAX_CODE_BYTES

    @property
    def payload(self) -> bytes:
        """The code's bytes."""
        return bytes.fromhex(self.code_hex) if self.code_hex is not None else (self.code or "").encode()


class Show(_CodeCommand):
    """Hold a code before the scanner; with `for_s`, only for so many seconds."""

    do: Literal["show"]
    for_s: float | None = Field(default=None, gt=0)


class CameraShow(_CodeCommand):
    """Hold a code before the camera; with `second`, another beside it."""

    do: Literal["camera_show"]
    second: str | None = Field(default=None, min_length=1, max_length=camera_scenes.MAX_CODE_BYTES // 4)

    def _most_bytes(self) -> int:
        return camera_scenes.MAX_CODE_BYTES


class Visit(_CodeCommand):
    """Hold a code before scanner or camera until the arm is released, then walk through or stay."""

    do: Literal["visit"]
    device: Literal["scanner", "camera"] = "scanner"
    direction: Direction = Direction.ENTRY
    push: bool = True
    patience_s: float = Field(default=3.0, gt=0, le=60)

    def _most_bytes(self) -> int:
        return camera_scenes.MAX_CODE_BYTES if self.device == "camera" else scanner.MAX_CODE_BYTES


class Simple(_Command):
    """A command without details."""

    do: Literal["clear", "camera_clear", "board_reset", "scanner_factory_reset", "scanner_power_cycle"]


class Move(_Command):
    """A body at the arm."""

    do: Literal["push", "tailgate", "reverse", "force", "glitch"]
    direction: Direction = Direction.ENTRY
    pulse_s: float = Field(default=0.2, gt=0, le=60)
    travel_s: float = Field(default=0.0, ge=0, le=60)


class Weld(_Command):
    """Weld a PASS contact, or repair it."""

    do: Literal["weld"]
    direction: Direction
    on: bool


class Switch(_Command):
    """The fire alarm, a person in the safety zone, the turnstile's or the board's supply."""

    do: Literal["fire", "occupy", "turnstile_power", "board_power"]
    on: bool


class Cable(_Command):
    """Pull a device's cable, or put it back (a serial one comes back as another pts)."""

    do: Literal["unplug", "replug"]
    device: Device


class Disconnect(_Command):
    """Break the camera's connections once."""

    do: Literal["camera_disconnect"]


class Stick(_Command):
    """Make a relay's contact stay closed or open for any state of its coil; null repairs it."""

    do: Literal["stick"]
    channel: Channel
    closed: bool | None


class Fault(_Command):
    """Switch a device's fault; a fault of the line may end by itself after so many replies."""

    do: Literal["fault"]
    device: Device
    fault: LineFault | RelayFault | ScannerFault | CameraFault
    on: bool = True
    replies: int | None = Field(default=None, ge=1)


class State(_Command):
    """Ask for counts, arm and history from index `since` on."""

    do: Literal["state"]
    since: int = Field(default=0, ge=0)


Command = Annotated[
    Show | CameraShow | Visit | Simple | Move | Weld | Switch | Cable | Disconnect | Stick | Fault | State,
    Field(discriminator="do"),
]
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
