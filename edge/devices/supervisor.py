"""Keeps a device alive: opens it, serves it, and after any fault opens it again by the same path.

Laws: no fault of a device ends its supervision (a broad `except` is allowed here: a programmer's mistake in one driver must not
close a lane that other devices keep open); attempts are spaced, so that a dead device costs little; every change of state is
reported once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NoReturn

import structlog

from edge.devices.ports import DeviceFault, DeviceHealth, DeviceState, SupervisedDevice

FIRST_BACK_OFF_S = 0.2
LONGEST_BACK_OFF_S = 4.0  # a device is served again within 5 s of being plugged in
STEADY_AFTER_S = 10.0  # after a shorter run the back-off keeps growing

_log = structlog.get_logger()


class HealthChanges:
    """Implements `ports.HealthLine`: passes on a report that differs from the last one."""

    def __init__(self, device: str, report: Callable[[DeviceHealth], None], clock: Callable[[], float]) -> None:
        self._report = report
        self._clock = clock
        self._ready_since_s: float | None = None
        self._last = DeviceHealth(device, DeviceState.CONNECTING, "")
        report(self._last)

    def ready(self) -> None:
        """Report that there is no fault."""
        self._mark_answering()
        self._change(DeviceState.READY, "")

    def fault(self, detail: str) -> None:
        """Report a fault of a device that answers."""
        self._mark_answering()
        self._change(DeviceState.FAULT, detail)

    def failed(self, detail: str) -> bool:
        """Report the end of a run; return whether the device had answered long enough to count as steady."""
        since_s, self._ready_since_s = self._ready_since_s, None
        self._change(DeviceState.FAULT, detail)
        return since_s is not None and self._clock() - since_s >= STEADY_AFTER_S

    def _mark_answering(self) -> None:
        if self._ready_since_s is None:
            self._ready_since_s = self._clock()

    def _change(self, state: DeviceState, detail: str) -> None:
        health = DeviceHealth(self._last.device, state, detail)
        if health != self._last:
            self._last = health
            self._report(health)


async def supervise(
    device: SupervisedDevice,
    report: Callable[[DeviceHealth], None],
    clock: Callable[[], float],
    pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> NoReturn:
    """Serve a device until cancelled. `clock` gives monotonic seconds; `pause` waits for so many seconds."""
    health = HealthChanges(device.name, report, clock)
    back_off_s = FIRST_BACK_OFF_S
    while True:
        steady = health.failed(await _run_once(device, health))
        if steady:
            back_off_s = FIRST_BACK_OFF_S
        await pause(back_off_s)
        back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)


async def _run_once(device: SupervisedDevice, health: HealthChanges) -> str:
    try:
        await device.run(health)
    except DeviceFault as fault:
        return str(fault)
    except Exception as error:  # noqa: BLE001 - a mistake in one driver must not end the lane
        _log.exception("driver failed", device=device.name)
        return f"{device.name}: its driver failed ({type(error).__name__}: {error}); report this to the maker"
    return f"{device.name}: its driver stopped without a reason; report this to the maker"
