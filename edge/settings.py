"""The settings of an agent: one TOML file that names where central is, where files go, and how each lane is wired.

Laws: read once, by `__main__` and `assembly` only; a wrong setting is refused at the start, with its name and the remedy;
no secret stands in it (keys are files of their own, made by `paifang edge enroll`).
"""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from protocol.directions import Direction
from protocol.errors import SettingsError
from protocol.identifiers import U32_MAX

_STRICT = ConfigDict(extra="forbid", frozen=True)
Baud = Literal[9600, 19200, 38400, 57600, 115200]
MAX_SOCKET_PATH_BYTES = 107  # of the kernel's sockaddr_un, whose last byte is zero
CheckPoint = Annotated[int, Field(ge=1, le=U32_MAX)]


class InputSettings(BaseModel):
    """A digital input of the relay board, counted from 0. `closed_is_active` false suits a contact that opens, as FIRE does."""

    model_config = _STRICT
    index: int = Field(ge=0, le=7)
    closed_is_active: bool = True


class TurnstileSettings(BaseModel):
    """An arm behind a Modbus RTU relay board of the Waveshare family."""

    model_config = _STRICT
    driver: Literal["modbus"] = "modbus"
    port: str = Field(min_length=1)
    baud: Baud = 9600
    unit: int = Field(default=1, ge=1, le=247)
    pulse_ms: int = Field(default=500, ge=200, le=5_000, multiple_of=100)
    entry_relay: int = Field(default=0, ge=0, le=7)
    exit_relay: int = Field(default=1, ge=0, le=7)
    entry_pass: InputSettings | None = InputSettings(index=0)
    exit_pass: InputSettings | None = InputSettings(index=1)
    fire: InputSettings | None = InputSettings(index=2, closed_is_active=False)


class ScannerSettings(BaseModel):
    """A serial scanner, at the side from which visitors go in this direction."""

    model_config = _STRICT
    driver: Literal["serial-scanner"]
    port: str = Field(min_length=1)
    baud: Baud = 9600
    direction: Direction = Direction.ENTRY


class CameraSettings(BaseModel):
    """A camera: a device index, a file, or the address of an MJPEG stream."""

    model_config = _STRICT
    driver: Literal["camera"]
    source: str = Field(min_length=1)
    direction: Direction = Direction.ENTRY


Reader = Annotated[ScannerSettings | CameraSettings, Field(discriminator="driver")]


class LaneSettings(BaseModel):
    """One lane. A direction without a check point is not served."""

    model_config = _STRICT
    name: str = Field(min_length=1, max_length=40)
    entry: CheckPoint | None = None
    exit: CheckPoint | None = None
    turnstile: TurnstileSettings
    readers: tuple[Reader, ...] = Field(min_length=1, max_length=8)


class AgentSettings(BaseModel):
    """The whole file."""

    model_config = _STRICT
    data_dir: Path
    lanes: tuple[LaneSettings, ...] = Field(default=(), max_length=16)

    @property
    def socket(self) -> Path:
        """Where the agent answers screens and `paifang edge status`."""
        return self.data_dir / "agent.sock"


def load_settings(path: Path) -> AgentSettings:
    """Read the file; SettingsError names what is wrong in it."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; name the settings file with --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no TOML: {error}") from error
    try:
        settings = AgentSettings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"{path}: {_complaints(error)}") from error
    if len(bytes(settings.socket)) > MAX_SOCKET_PATH_BYTES:
        raise SettingsError(f"{path}: data_dir: {settings.data_dir} is too long for a socket in it; choose a shorter one")
    _check_lanes(path, settings)
    return settings


def _complaints(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())


def _check_lanes(path: Path, settings: AgentSettings) -> None:
    lanes = settings.lanes
    complaints = [
        *_doubled("lane name", [lane.name for lane in lanes]),
        *_doubled("check point", [point for lane in lanes for point in (lane.entry, lane.exit) if point is not None]),
        *_doubled("port", [port for lane in lanes for port in _ports(lane)]),
        *(complaint for lane in lanes for complaint in _lane_complaints(lane)),
    ]
    if complaints:
        raise SettingsError(f"{path}: {'; '.join(complaints)}")


def _doubled(what: str, values: list[str] | list[int]) -> list[str]:
    return [f"{what} {value} is named twice; give each its own" for value, times in Counter(values).items() if times > 1]


def _ports(lane: LaneSettings) -> list[str]:
    return [lane.turnstile.port, *(reader.port for reader in lane.readers if isinstance(reader, ScannerSettings))]


def _lane_complaints(lane: LaneSettings) -> list[str]:
    served = {d for d, point in ((Direction.ENTRY, lane.entry), (Direction.EXIT, lane.exit)) if point is not None}
    where, wired = f"lane {lane.name}", lane.turnstile
    complaints = []
    if {reader.direction for reader in lane.readers} - served or not served:
        complaints.append(f"{where}: a reader stands at a direction without a check point; set entry or exit")
    inputs = [wire.index for wire in (wired.entry_pass, wired.exit_pass, wired.fire) if wire is not None]
    complaints += _doubled(f"{where}: turnstile: input", inputs)
    passes = {Direction.ENTRY: wired.entry_pass, Direction.EXIT: wired.exit_pass}
    if len({passes[direction] is None for direction in served}) > 1:
        complaints.append(
            f"{where}: turnstile: wire a pass contact for both directions or for none: without one nobody is counted"
        )
    return complaints
