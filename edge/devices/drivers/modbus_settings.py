"""The settings of a turnstile behind a Modbus RTU relay board."""

from collections import Counter
from typing import ClassVar, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from edge.devices.driver_api import Baud, SerialDeviceSettings, Sheet, Surroundings, TurnstileDriver, TurnstileSettings
from edge.devices.drivers.modbus_turnstile import InputWiring, ModbusTurnstile, Pulse, TurnstileWiring
from protocol.directions import Direction

_MS_PER_TENTH = 100


class InputSettings(BaseModel):
    """A digital input of the board, from 0. `closed_is_active` false suits a contact that signals by opening, as FIRE does."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    index: int = Field(ge=0, le=7)
    closed_is_active: bool = True


class _BoardSettings(SerialDeviceSettings, TurnstileSettings):
    """What boards of both families have in common: eight relays, eight inputs, their own timer."""

    pulse: ClassVar[Pulse]
    baud: Baud = 9600
    unit: int
    pulse_ms: int = Field(default=500, ge=200, le=5_000, multiple_of=_MS_PER_TENTH)
    entry_relay: int = Field(default=0, ge=0, le=7)
    exit_relay: int = Field(default=1, ge=0, le=7)
    entry_pass: InputSettings | None = InputSettings(index=0)
    exit_pass: InputSettings | None = InputSettings(index=1)
    fire: InputSettings | None = InputSettings(index=2, closed_is_active=False)

    @model_validator(mode="after")
    def _inputs_differ(self) -> Self:
        wired = Counter(wire.index for wire in (self.entry_pass, self.exit_pass, self.fire) if wire is not None)
        for index, times in wired.items():
            if times > 1:
                raise ValueError(f"input {index} is named twice; give each contact its own")
        return self

    @property
    def sensed(self) -> frozenset[Direction]:
        """The directions with a PASS contact."""
        wired = {Direction.ENTRY: self.entry_pass, Direction.EXIT: self.exit_pass}
        return frozenset(direction for direction, wiring in wired.items() if wiring is not None)

    def make(self, around: Surroundings) -> TurnstileDriver:
        """Return the driver."""
        return ModbusTurnstile(around.name, self.port, self.baud, self._wiring(), around.clock)

    def _wiring(self) -> TurnstileWiring:
        return TurnstileWiring(
            unit=self.unit,
            pulse_tenths=self.pulse_ms // _MS_PER_TENTH,
            entry_relay=self.entry_relay,
            exit_relay=self.exit_relay,
            entry_pass=_input(self.entry_pass),
            exit_pass=_input(self.exit_pass),
            fire=_input(self.fire),
            pulse=self.pulse,
        )


class ModbusSettings(_BoardSettings):
    """An arm behind a Modbus RTU relay board of the Waveshare family."""

    sheet: ClassVar[Sheet] = Sheet(
        device="Modbus RTU relay boards with digital inputs, Waveshare family (Modbus RTU Relay (D), IO 8CH)",
        protocol="Modbus RTU over RS-485 or USB, 9,600 to 115,200 baud 8N1; FC01, FC02, FC05 with the vendor's flash-ON",
        verified=(
            "The frames of the vendor's wiki, byte for byte.",
            "The simulated board, under every fault of the line and of the board.",
            "Our master against pymodbus's server (standard functions), our simulator against pymodbus's client.",
        ),
        limits=("Flash-ON is the vendor's own and known to no independent library.",),
    )
    pulse: ClassVar[Pulse] = Pulse.FLASH
    driver: str = "modbus"
    unit: int = Field(default=1, ge=1, le=247)


class FeSettings(_BoardSettings):
    """An arm behind an FE board: Modbus RTU with its own jog command; 254 and 255 address a board of any unit."""

    sheet: ClassVar[Sheet] = Sheet(
        device="FE relay boards with opto inputs (Juying and JYDAM style, LC 4-channel RS-485)",
        protocol="Modbus RTU, 9,600 to 115,200 baud 8N1; FC01, FC02, FC05, and FC16 into the relay's block for jog",
        verified=("Published frames, their checksums computed again.", "The simulated board, under the faults of the line."),
        limits=("Published copies of the jog frames have wrong checksums; that FC01 reads a relay while it jogs is assumed.",),
    )
    pulse: ClassVar[Pulse] = Pulse.JOG
    unit: int = Field(default=254, ge=1, le=255)


def _input(wired: InputSettings | None) -> InputWiring | None:
    return None if wired is None else InputWiring(wired.index, wired.closed_is_active)
