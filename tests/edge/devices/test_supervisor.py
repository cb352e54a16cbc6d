"""The supervisor serves a device for ever, through any fault."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from edge.devices.ports import DeviceFault, DeviceHealth, DeviceState, HealthLine
from edge.devices.supervisor import FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S, STEADY_AFTER_S, supervise


@dataclass(slots=True)
class Scene:
    """A device with a list of runs, the reports about it, and the time that passes."""

    runs: list[Callable[["Scene", HealthLine], None]]
    name: str = "relay"
    now_s: float = 0.0
    pauses_s: list[float] = field(default_factory=list)
    reports: list[DeviceHealth] = field(default_factory=list)

    async def run(self, health: HealthLine) -> None:
        if not self.runs:
            raise asyncio.CancelledError
        self.runs.pop(0)(self, health)

    async def pause(self, seconds: float) -> None:
        self.pauses_s.append(seconds)
        self.now_s += seconds

    async def play(self) -> "Scene":
        with pytest.raises(asyncio.CancelledError):
            await supervise(self, self.reports.append, lambda: self.now_s, self.pause)
        return self

    def told(self) -> list[tuple[DeviceState, str]]:
        return [(health.state, health.detail) for health in self.reports]


def absent(_scene: Scene, _health: HealthLine) -> None:
    raise DeviceFault("absent")


def broken_driver(_scene: Scene, _health: HealthLine) -> None:
    raise ZeroDivisionError("a mistake")


def serves(seconds: float) -> Callable[[Scene, HealthLine], None]:
    def run(scene: Scene, health: HealthLine) -> None:
        health.ready()
        scene.now_s += seconds
        health.ready()
        raise DeviceFault("unplugged")

    return run


async def test_attempts_are_spaced_ever_wider_up_to_a_limit() -> None:
    scene = await Scene([absent] * 8).play()
    assert scene.pauses_s == [FIRST_BACK_OFF_S, 0.4, 0.8, 1.6, 3.2, LONGEST_BACK_OFF_S, LONGEST_BACK_OFF_S, LONGEST_BACK_OFF_S]


async def test_a_device_that_served_steadily_is_tried_again_soon() -> None:
    scene = await Scene([absent] * 4 + [serves(STEADY_AFTER_S)]).play()
    assert scene.pauses_s[-1] == FIRST_BACK_OFF_S


async def test_a_device_that_fails_each_time_it_is_opened_is_tried_ever_less_often() -> None:
    scene = await Scene([serves(0.1)] * 3).play()
    assert scene.pauses_s == [FIRST_BACK_OFF_S, 0.4, 0.8]


async def test_each_change_is_reported_once() -> None:
    scene = await Scene([absent, absent, serves(1.0), absent, serves(1.0)]).play()
    assert scene.told() == [
        (DeviceState.CONNECTING, ""),
        (DeviceState.FAULT, "absent"),
        (DeviceState.READY, ""),
        (DeviceState.FAULT, "unplugged"),
        (DeviceState.FAULT, "absent"),
        (DeviceState.READY, ""),
        (DeviceState.FAULT, "unplugged"),
    ]


async def test_a_mistake_in_a_driver_is_a_fault_of_its_device_and_no_more() -> None:
    scene = await Scene([broken_driver, serves(1.0)]).play()
    assert "ZeroDivisionError: a mistake" in scene.reports[1].detail
    assert scene.reports[2].state is DeviceState.READY


async def test_a_driver_that_returns_is_run_again() -> None:
    scene = await Scene([lambda _scene, _health: None, serves(1.0)]).play()
    assert "stopped without a reason" in scene.reports[1].detail
    assert scene.reports[2].state is DeviceState.READY
