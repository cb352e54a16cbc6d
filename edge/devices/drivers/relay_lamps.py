"""Lamps and a buzzer on the relays of a separate board (LCUS, USBRelayN).

Laws: showing a sign never waits and never fails, so that no lamp delays a visitor; a newer sign replaces an older one; every lamp
goes out by itself, and the driver switches all lamps off when it opens and when it closes the board.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import ClassVar, Self

from pydantic import Field, model_validator

from edge.devices.driver_api import Sheet, SignalDriver, SignalSettings, Surroundings
from edge.devices.drivers.relay_boards import LcusBoardSettings, RelayBoardSettings, UsbRelayBoardSettings
from edge.devices.drivers.relay_lines import RelayLine
from edge.devices.ports import DeviceFault, HealthLine, Sign

WATCH_PERIOD_S = 1.0
SILENT_LOOKS = 3
# For how many seconds green, red and buzzer are on.
PATTERNS: Mapping[Sign, tuple[float, float, float]] = {
    Sign.GO: (3.0, 0.0, 0.0),
    Sign.STOP: (0.0, 3.0, 0.4),
    Sign.CALL: (0.0, 5.0, 1.5),
    Sign.CARD: (0.3, 0.3, 0.2),
}


class _LampSettings(RelayBoardSettings, SignalSettings):
    """The relay of each lamp, counted from 0; None where nothing is wired."""

    green: int | None = Field(default=0, ge=0, le=7)
    red: int | None = Field(default=1, ge=0, le=7)
    buzzer: int | None = Field(default=None, ge=0, le=7)

    @model_validator(mode="after")
    def _relays_differ(self) -> Self:
        wired = [relay for relay in (self.green, self.red, self.buzzer) if relay is not None]
        if len(set(wired)) < len(wired):
            raise ValueError("a relay is named twice; give each lamp and the buzzer its own")
        return self

    def make(self, around: Surroundings) -> SignalDriver:
        """Return the driver."""
        return RelayLamps(around.name, self.line(), (self.green, self.red, self.buzzer), around.clock)


class LcusLampSettings(LcusBoardSettings, _LampSettings):
    """Lamps on an LCUS serial relay board."""

    sheet: ClassVar[Sheet] = Sheet(
        "Lamps and buzzer on an LCUS board of their own",
        "As lcus",
        ("The simulated board.",),
        ("Lamps on spare relays of the turnstile's own board are not driven.",),
    )
    channels: int = Field(default=4, ge=1, le=8)


class UsbLampSettings(UsbRelayBoardSettings, _LampSettings):
    """Lamps on a USBRelayN board."""

    sheet: ClassVar[Sheet] = Sheet(
        "Lamps and buzzer on a USBRelayN board of their own",
        "As usb-relay",
        ("The simulated board on a simulated USB bus.",),
        ("Lamps on spare relays of the turnstile's own board are not driven.",),
    )


class RelayLamps:
    """Implements `ports.Signal` and `ports.SupervisedDevice`. `relays` are those of green, red and buzzer."""

    def __init__(
        self, name: str, line: RelayLine, relays: tuple[int | None, int | None, int | None], clock: Callable[[], float]
    ) -> None:
        self.name = name
        self._line = line
        self._relays = relays
        self._clock = clock
        self._ends_s: dict[int, float] = {}
        self._lit: set[int] = set()
        self._changed = asyncio.Event()

    def show(self, sign: Sign) -> None:
        """Show a sign in place of the one before; see the port."""
        now_s = self._clock()
        self._ends_s = {
            relay: now_s + seconds
            for relay, seconds in zip(self._relays, PATTERNS[sign], strict=True)
            if relay is not None and seconds
        }
        self._changed.set()

    async def run(self, health: HealthLine) -> None:
        """Switch lamps on and off until the board fails; see the port."""
        try:
            await self._line.open()
            await self._darken()
            health.ready()
            silent = 0
            while True:
                await self._follow()
                silent = 0 if await self._line.read() is not None or not self._line.tells else silent + 1
                if silent == SILENT_LOOKS:
                    raise DeviceFault(f"{self.name}: the lamps' board does not answer; check its power and cable")
                await self._wait()
        finally:
            with suppress(DeviceFault):
                await self._darken()
            await self._line.close()

    async def _follow(self) -> None:
        now_s = self._clock()
        wanted = {relay for relay, end_s in self._ends_s.items() if end_s > now_s}
        for relay in sorted(self._lit ^ wanted):
            await self._line.switch(relay, on=relay in wanted)
        self._lit = wanted

    async def _wait(self) -> None:
        now_s = self._clock()
        next_s = min((self._ends_s.get(relay, now_s) for relay in self._lit), default=now_s + WATCH_PERIOD_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(next_s - now_s, WATCH_PERIOD_S))):
                await self._changed.wait()
        self._changed.clear()

    async def _darken(self) -> None:
        self._lit = set()
        for relay in self._relays:
            if relay is not None:
                await self._line.switch(relay, on=False)
