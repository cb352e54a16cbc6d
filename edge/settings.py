"""The settings of an agent: one TOML file that names the folder for files, and the wiring of each lane and of a counter.

Laws: read once, by `__main__` and `assembly` only; a wrong setting is refused at the start, with its line, its name and the
remedy; the driver that a device's table names reads this table (`devices/registry`); the file holds no secret (keys are separate
files, made by `paifang edge enroll`).
"""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from edge.counter.origins import LOOPBACK, checked
from edge.devices.driver_api import (
    CodeReaderSettings,
    DocumentReaderSettings,
    DriverSettings,
    SignalSettings,
    TicketPrinterSettings,
    TurnstileSettings,
)
from edge.devices.ports import DrawerPulse
from edge.devices.registry import DriverUnknown, driver, names
from edge.toml_lines import line_of
from protocol.directions import Direction
from protocol.errors import SettingsError
from protocol.identifiers import U32_MAX

_STRICT = ConfigDict(extra="forbid", frozen=True)
MAX_SOCKET_PATH_BYTES = 107  # of the kernel's sockaddr_un, whose last byte is zero
COUNTER_PORT = 17_431  # of no known program, and below the ports that systems give out
CheckPoint = Annotated[int, Field(ge=1, le=U32_MAX)]
Role = TypeVar("Role", bound=DriverSettings)


def _read(table: object, role: type[Role], default: str | None = None) -> Role:
    """Read a device's table with the driver that it names."""
    if isinstance(table, role):
        return table
    if not isinstance(table, dict):
        raise ValueError("is no table")  # noqa: TRY004 - pydantic turns it into a complaint with its place
    name = table.get("driver", default)
    if not isinstance(name, str):
        raise ValueError(f"names no driver; write driver = one of {', '.join(names(role))}")  # noqa: TRY004 - as above
    try:
        chosen = driver(name, role)
    except DriverUnknown as unknown:
        said = PydanticCustomError("driver_unknown", "{said}", {"said": str(unknown)})
        details = InitErrorDetails(type=said, loc=("driver",), input=name)
        raise ValidationError.from_exception_data("device", [details]) from unknown
    return chosen.model_validate(table)


TurnstileTable = Annotated[TurnstileSettings, PlainValidator(lambda table: _read(table, TurnstileSettings, "modbus"))]
ReaderTable = Annotated[CodeReaderSettings, PlainValidator(lambda table: _read(table, CodeReaderSettings))]
CardReaderTable = Annotated[DocumentReaderSettings, PlainValidator(lambda table: _read(table, DocumentReaderSettings))]


SignalTable = Annotated[SignalSettings, PlainValidator(lambda table: _read(table, SignalSettings))]
PrinterTable = Annotated[TicketPrinterSettings, PlainValidator(lambda table: _read(table, TicketPrinterSettings))]


class LaneSettings(BaseModel):
    """One lane. A direction without a check point is not served."""

    model_config = _STRICT
    name: str = Field(min_length=1, max_length=40)
    entry: CheckPoint | None = None
    exit: CheckPoint | None = None
    turnstile: TurnstileTable
    readers: tuple[ReaderTable, ...] = Field(min_length=1, max_length=8)
    card_readers: tuple[CardReaderTable, ...] = Field(default=(), max_length=4)
    signals: tuple[SignalTable, ...] = Field(default=(), max_length=2)

    @property
    def devices(self) -> tuple[DriverSettings, ...]:
        """All devices of the lane."""
        return (self.turnstile, *self.readers, *self.card_readers, *self.signals)


class DrawerSettings(BaseModel):
    """The cash drawer: which printer it hangs on, counted from 1, at which pin of its socket, and how long the pulse is."""

    model_config = _STRICT
    printer: int = Field(default=1, ge=1, le=4)
    pin: Literal[2, 5] = 2
    pulse_ms: int = Field(default=100, ge=20, le=500, multiple_of=2)

    @property
    def pulse(self) -> DrawerPulse:
        """The pulse."""
        return DrawerPulse(self.pin, self.pulse_ms)


class CounterSettings(BaseModel):
    """A ticket window without a turnstile: its page may come from these origins alone, by default from central's own."""

    model_config = _STRICT
    port: int = Field(default=COUNTER_PORT, ge=1_024, le=65_535)
    origins: tuple[Annotated[str, AfterValidator(checked)], ...] = Field(default=(), max_length=4)
    readers: tuple[ReaderTable, ...] = Field(default=(), max_length=4)
    card_readers: tuple[CardReaderTable, ...] = Field(default=(), max_length=2)
    signals: tuple[SignalTable, ...] = Field(default=(), max_length=2)
    drawer: DrawerSettings | None = None

    @property
    def devices(self) -> tuple[DriverSettings, ...]:
        """All devices of the counter but its printers."""
        return (*self.readers, *self.card_readers, *self.signals)


class AgentSettings(BaseModel):
    """The whole file."""

    model_config = _STRICT
    data_dir: Path
    lanes: tuple[LaneSettings, ...] = Field(default=(), max_length=16)
    printers: tuple[PrinterTable, ...] = Field(default=(), max_length=4)
    counter: CounterSettings | None = None

    @property
    def socket(self) -> Path:
        """The socket on which the agent answers screens and `paifang edge status`."""
        return self.data_dir / "agent.sock"


def load_settings(path: Path) -> AgentSettings:
    """Read the file; where it is wrong, raise SettingsError with the fault, its line, and the remedy."""
    try:
        text = path.read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}; name the settings file with --settings") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: is no TOML: {error}") from error
    try:
        settings = AgentSettings.model_validate(values)
    except ValidationError as error:
        raise SettingsError(f"{path}: {_complaints(error, text)}") from error
    if len(bytes(settings.socket)) > MAX_SOCKET_PATH_BYTES:
        raise SettingsError(f"{path}: data_dir: {settings.data_dir} is too long for a socket in it; choose a shorter one")
    complaints = _agent_complaints(settings)
    if complaints:
        raise SettingsError(f"{path}: {'; '.join(complaints)}")
    return settings


def _complaints(error: ValidationError, text: str) -> str:
    found = [(line_of(text, one["loc"]), ".".join(str(part) for part in one["loc"]), one["msg"]) for one in error.errors()]
    return "; ".join(f"line {line}: {where}: {said}" for line, where, said in found)


def _agent_complaints(settings: AgentSettings) -> list[str]:
    lanes, counter = settings.lanes, settings.counter
    devices = (*(device for lane in lanes for device in lane.devices), *settings.printers, *(counter.devices if counter else ()))
    addresses = [address for device in devices for address in device.addresses]
    return [
        *_doubled("lane name", [lane.name for lane in lanes]),
        *_doubled("check point", [point for lane in lanes for point in (lane.entry, lane.exit) if point is not None]),
        *_doubled("port", [*addresses, *([f"{LOOPBACK}:{counter.port}"] if counter else [])]),
        *_counter_complaints(counter, len(settings.printers)),
        *(complaint for lane in lanes for complaint in _lane_complaints(lane)),
    ]


def _counter_complaints(counter: CounterSettings | None, printers: int) -> list[str]:
    if counter is None:
        return []
    complaints = []
    if counter.drawer is not None and counter.drawer.printer > printers:
        complaints.append(
            f"counter: drawer: printer {counter.drawer.printer} is not there; name one of {printers} under [[printers]]"
        )
    if {"direction"} & {name for one in counter.devices for name in one.model_fields_set}:
        complaints.append("counter: a reader or signal there has no direction; leave it out")
    complaints += [
        f"counter: card_readers: driver {one.driver} serves gates only; take one that implements make_for_counter"
        for one in counter.card_readers
        if type(one).make_for_counter is DocumentReaderSettings.make_for_counter
    ]
    return complaints


def _doubled(what: str, values: list[str] | list[int]) -> list[str]:
    return [f"{what} {value} is named twice; give each its own" for value, times in Counter(values).items() if times > 1]


def _lane_complaints(lane: LaneSettings) -> list[str]:
    served = {d for d, point in ((Direction.ENTRY, lane.entry), (Direction.EXIT, lane.exit)) if point is not None}
    where = f"lane {lane.name}"
    complaints = []
    stood_at = {reader.direction for reader in lane.readers} | {reader.direction for reader in lane.card_readers}
    stood_at |= {signal.direction for signal in lane.signals}
    if stood_at - served or not served:
        complaints.append(f"{where}: a reader or signal stands at a direction without a check point; set entry or exit")
    if len({direction in lane.turnstile.sensed for direction in served}) > 1:
        complaints.append(
            f"{where}: turnstile: wire a pass contact for both directions or for none: without one no visitor is counted"
        )
    return complaints
