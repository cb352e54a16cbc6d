"""The settings of an agent: one TOML file that names where central is, where files go, and how each lane is wired.

Laws: read once, by `__main__` and `assembly` only; a wrong setting is refused at the start, with its name and the remedy;
no secret stands in it (keys are files of their own, made by `paifang edge enroll`).
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from protocol.directions import Direction
from protocol.errors import SettingsError
from protocol.identifiers import U32_MAX

_STRICT = ConfigDict(extra="forbid", frozen=True)
Baud = Literal[9600, 19200, 38400, 57600, 115200]
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
    port: str
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
    port: str
    baud: Baud = 9600
    direction: Direction = Direction.ENTRY


class CameraSettings(BaseModel):
    """A camera: a device index, a file, or the address of an MJPEG stream."""

    model_config = _STRICT
    driver: Literal["camera"]
    source: str
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
    _check_lanes(path, settings)
    return settings


def _complaints(error: ValidationError) -> str:
    return "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())


def _check_lanes(path: Path, settings: AgentSettings) -> None:
    points = [point for lane in settings.lanes for point in (lane.entry, lane.exit) if point is not None]
    if len(set(points)) != len(points):
        raise SettingsError(f"{path}: a check point serves two lanes or both directions; give each direction its own")
    for lane in settings.lanes:
        served = {d for d, point in ((Direction.ENTRY, lane.entry), (Direction.EXIT, lane.exit)) if point is not None}
        astray = {reader.direction for reader in lane.readers} - served
        if astray or not served:
            raise SettingsError(
                f"{path}: lane {lane.name}: a reader stands at a direction without a check point; set entry or exit"
            )
