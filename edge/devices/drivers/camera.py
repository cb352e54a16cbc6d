"""A camera as a reader of codes. Capture and decoding run in a separate process (`camera_process`).

Laws: a camera that hangs never delays a lane; silence of its process is a fault, and the driver never leaves a process behind.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

import edge
from edge.devices.driver_api import CodeReaderDriver, CodeReaderSettings, Sheet, Surroundings
from edge.devices.drivers.code_reads import CodeReads
from edge.devices.framing.camera_messages import HEADER_BYTES, Kind, decode_header
from edge.devices.framing.double_reads import DEFAULT_WINDOW_S
from edge.devices.ports import DeviceFault, HealthLine
from protocol.errors import InputError

PROCESS_MODULE = "edge.devices.drivers.camera_process"
START_LIMIT_S = 15.0  # loading the libraries, opening the camera, its first frame
SILENCE_LIMIT_S = 4.0
QUIET_LIBRARIES = {"OPENCV_LOG_LEVEL": "OFF", "OPENCV_FFMPEG_LOGLEVEL": "-8"}  # the driver reports their errors as faults


class RegionSettings(BaseModel):
    """The part of the rotated picture in which the camera looks for codes, as fractions of its size: 0 is left and top."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    left: float = Field(default=0.0, ge=0, lt=1)
    top: float = Field(default=0.0, ge=0, lt=1)
    width: float = Field(default=1.0, gt=0, le=1)
    height: float = Field(default=1.0, gt=0, le=1)

    @model_validator(mode="after")
    def _lies_within(self) -> Self:
        if self.left + self.width > 1 or self.top + self.height > 1:
            raise ValueError("the region reaches beyond the picture; make left + width and top + height at most 1")
        return self


class CameraSettings(CodeReaderSettings):
    """A camera: a device index, a file, or the address of an MJPEG stream."""

    sheet: ClassVar[Sheet] = Sheet(
        device="Cameras: USB (V4L2), and network cameras that stream MJPEG over HTTP",
        protocol="Pictures by OpenCV; QR codes by zxing-cpp, then zbar",
        verified=(
            "The simulated network camera, under every fault of a camera.",
            "Rendered pictures of three grades of difficulty, beside zxing-cpp alone and zbar alone (`make bench`).",
        ),
        limits=("V4L2 itself: no camera can be simulated in the kernel of a machine that loads no modules.",),
    )
    source: str = Field(min_length=1)
    rotation: Literal[0, 90, 180, 270] = 0
    region: RegionSettings = RegionSettings()
    exposure: float | None = None

    @model_validator(mode="after")
    def _exposure_is_a_devices(self) -> Self:
        if self.exposure is not None and not self.source.isdecimal():
            raise ValueError("exposure can be set for a device only; set a network camera's on its own page")
        return self

    @property
    def addresses(self) -> tuple[str, ...]:
        """The device; several cameras may watch one stream or file."""
        return (self.source,) if self.source.isdecimal() or self.source.startswith("/dev/") else ()

    def make(self, around: Surroundings) -> CodeReaderDriver:
        """Return the driver."""
        sight = {"rotation": self.rotation, "region": list(self.region.model_dump().values()), "exposure": self.exposure}
        return Camera(around.name, self.source, around.clock, sight=sight)


class Camera(CodeReads):
    """Implements `ports.CodeReader` and `ports.SupervisedDevice`. `clock` gives monotonic seconds.

    `source` is a device index ("0"), a file, a pattern of numbered pictures, or an HTTP MJPEG address; `sight` tells its process
    how to look (see there).
    """

    def __init__(
        self,
        name: str,
        source: str,
        clock: Callable[[], float],
        double_read_s: float = DEFAULT_WINDOW_S,
        sight: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(name, clock, double_read_s)
        self.process_id: int | None = None  # of the capturing process, while there is one: benches measure it
        self._source = source
        self._sight = json.dumps(sight or {})

    async def run(self, health: HealthLine) -> None:
        """Watch until the camera fails; see the port."""
        process = await self._start()
        try:
            assert process.stdout is not None, "its stdout is a pipe"
            await self._listen(process.stdout, health)
        finally:
            self.process_id = None
            await _end(process)

    async def _start(self) -> Process:
        root = str(Path(edge.__file__).parent.parent)
        environment = os.environ | QUIET_LIBRARIES | {"PYTHONPATH": root}
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", PROCESS_MODULE, self._source, self._sight, stdin=PIPE, stdout=PIPE, env=environment
            )
        except OSError as error:
            raise DeviceFault(f"{self.name}: cannot start its process: {error}; check memory and process limits") from error
        self.process_id = process.pid
        return process

    async def _listen(self, told: asyncio.StreamReader, health: HealthLine) -> None:
        limit_s = START_LIMIT_S
        while True:
            kind, body = await self._next_message(told, limit_s)
            limit_s = SILENCE_LIMIT_S
            if kind is Kind.FAULT:
                raise DeviceFault(f"{self.name}: {body.decode(errors='replace')}")
            health.ready()
            if kind is Kind.CODE:
                self._take(body)

    async def _next_message(self, told: asyncio.StreamReader, limit_s: float) -> tuple[Kind, bytes]:
        try:
            async with asyncio.timeout(limit_s):
                head = decode_header(await told.readexactly(HEADER_BYTES))
                return head.kind, await told.readexactly(head.length)
        except TimeoutError as error:
            raise DeviceFault(f"{self.name}: its process is silent for {limit_s:g} s; check the camera's driver") from error
        except asyncio.IncompleteReadError as error:
            raise DeviceFault(f"{self.name}: its process ended; look for its last words in the log") from error
        except InputError as error:
            raise DeviceFault(f"{self.name}: {error}") from error


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.wait()
