"""A USB bus in memory, behind pyusb's backend interface: devices plug and unplug, drivers find and claim them as on a real bus.

Facts: as published, and the USB 2.0 specification for descriptors.
Laws: while the kernel's driver holds an interface, claiming it is EBUSY; a transfer to an unplugged device is ENODEV; a transfer
without data in time is ETIMEDOUT; a device always acts on the thread that made the bus, for calls from any thread.
"""

import asyncio
import errno
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any, Protocol, TypeVar

import usb.core
from usb.backend import IBackend

GET_DESCRIPTOR = 0x06
DEVICE_TO_HOST = 0x80
STRING_DESCRIPTOR = 3
LANGUAGE_EN_US = 0x0409
CALL_LIMIT_S = 5.0
T = TypeVar("T")


class Stall(Exception):
    """The device refuses a transfer."""


class Gadget(Protocol):
    """One device: its identity and its answers."""

    vendor: int
    product: int
    name: str
    interface_class: int
    endpoints: tuple[int, ...]
    port: int

    def control(self, request_type: int, request: int, value: int, data: bytes, size: int) -> bytes:
        """Answer a control transfer; Stall refuses it."""
        ...

    def receive(self, endpoint: int, data: bytes) -> None:
        """Take the bytes written to an OUT endpoint."""
        ...


class UsbBus(IBackend):  # type: ignore[misc]  # pyusb has no types
    """The bus. Make it on a running loop, or without one for drivers of the same thread."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        try:
            self._loop: asyncio.AbstractEventLoop | None = asyncio.get_running_loop()
        except RuntimeError:
            self._loop = None
        self._plugged: list[Gadget] = []
        self._kernel_holds: set[int] = set()
        self._claimed: set[int] = set()
        self._sent: dict[tuple[int, int], deque[bytes]] = {}
        self._arrived = threading.Condition()

    def plug(self, gadget: Gadget, *, kernel_driver: bool = True) -> None:
        """Plug a device in; the kernel's driver claims it, if there is one."""
        self._plugged.append(gadget)
        if kernel_driver:
            self._kernel_holds.add(id(gadget))

    def unplug(self, gadget: Gadget) -> None:
        """Unplug a device: a waiting transfer ends at once."""
        self._plugged.remove(gadget)
        for held in (self._kernel_holds, self._claimed):
            held.discard(id(gadget))
        with self._arrived:
            self._sent = {key: sent for key, sent in self._sent.items() if key[0] != id(gadget)}
            self._arrived.notify_all()

    def kernel_reads(self, gadget: Gadget) -> bool:
        """Whether the device's data reaches the kernel, and so any program."""
        return id(gadget) in self._kernel_holds

    def send(self, gadget: Gadget, endpoint: int, data: bytes) -> None:
        """Let a device send one report or packet on an IN endpoint; it is lost where no driver has claimed the device."""
        if id(gadget) not in self._claimed:
            return
        with self._arrived:
            self._sent.setdefault((id(gadget), endpoint), deque()).append(data)
            self._arrived.notify_all()

    # The backend methods that pyusb calls, under its names.

    def enumerate_devices(self) -> Iterator[Gadget]:
        return iter(list(self._plugged))

    def get_device_descriptor(self, dev: Gadget) -> Any:
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0110, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0, bMaxPacketSize0=8,
            idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=1, iProduct=2, iSerialNumber=0,
            bNumConfigurations=1, address=dev.port, bus=1, port_number=dev.port, port_numbers=(dev.port,), speed=1,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: Gadget, config: int) -> Any:
        _only_the_first(dev, config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=34, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0x80, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: Gadget, intf: int, alt: int, config: int) -> Any:
        _only_the_first(dev, intf, alt, config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=len(dev.endpoints),
            bInterfaceClass=dev.interface_class, bInterfaceSubClass=0, bInterfaceProtocol=0, iInterface=0, extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: Gadget, ep: int, intf: int, alt: int, config: int) -> Any:
        _only_the_first(dev, intf, alt, config)
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=dev.endpoints[ep], bmAttributes=3, wMaxPacketSize=64, bInterval=10,
            bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: Gadget) -> Gadget:
        self._here(dev)
        return dev

    def close_device(self, dev_handle: Gadget) -> None:
        self._claimed.discard(id(dev_handle))

    def get_configuration(self, dev_handle: Gadget) -> int:
        self._here(dev_handle)
        return 1

    def set_configuration(self, dev_handle: Gadget, config_value: int) -> None:
        self._here(dev_handle)

    def claim_interface(self, dev_handle: Gadget, intf: int) -> None:
        self._here(dev_handle)
        if id(dev_handle) in self._kernel_holds | self._claimed:
            raise _failure("Resource busy", errno.EBUSY)
        self._claimed.add(id(dev_handle))

    def release_interface(self, dev_handle: Gadget, intf: int) -> None:
        self._claimed.discard(id(dev_handle))

    def is_kernel_driver_active(self, dev_handle: Gadget, intf: int) -> bool:
        self._here(dev_handle)
        return id(dev_handle) in self._kernel_holds

    def detach_kernel_driver(self, dev_handle: Gadget, intf: int) -> None:
        self._here(dev_handle)
        self._kernel_holds.discard(id(dev_handle))

    def attach_kernel_driver(self, dev_handle: Gadget, intf: int) -> None:
        self._here(dev_handle)
        self._kernel_holds.add(id(dev_handle))

    def intr_read(self, dev_handle: Gadget, ep: int, intf: int, buff: Any, timeout: int) -> int:
        key = (id(dev_handle), ep)
        with self._arrived:
            came = self._arrived.wait_for(lambda: self._sent.get(key) or dev_handle not in self._plugged, timeout / 1_000)
            self._here(dev_handle)
            if not came:
                raise usb.core.USBTimeoutError("Operation timed out", None, errno.ETIMEDOUT)
            data = self._sent[key].popleft()
        return _fill(buff, data)

    def intr_write(self, dev_handle: Gadget, ep: int, intf: int, data: Any, timeout: int) -> int:
        self._here(dev_handle)
        self._on_thread(lambda: dev_handle.receive(ep, bytes(data)))
        return len(data)

    bulk_read, bulk_write = intr_read, intr_write

    def ctrl_transfer(self, dev_handle: Gadget, *setup: Any) -> int:
        request_type, request, value, _, data, _ = setup
        self._here(dev_handle)
        if request_type == DEVICE_TO_HOST and request == GET_DESCRIPTOR and value >> 8 == STRING_DESCRIPTOR:
            return _fill(data, _string(dev_handle, value & 0xFF))
        sent = b"" if request_type & DEVICE_TO_HOST else bytes(data)
        try:
            answered = self._on_thread(lambda: dev_handle.control(request_type, request, value, sent, len(data)))
        except Stall:
            raise _failure("Pipe error", errno.EPIPE) from None
        return _fill(data, answered) if request_type & DEVICE_TO_HOST else len(sent)

    def clear_halt(self, dev_handle: Gadget, ep: int) -> None:
        self._here(dev_handle)

    def reset_device(self, dev_handle: Gadget) -> None:
        self._here(dev_handle)

    def _here(self, gadget: Gadget) -> None:
        if gadget not in self._plugged:
            raise _failure("No such device (it may have been disconnected)", errno.ENODEV)

    def _on_thread(self, work: Callable[[], T]) -> T:
        if self._loop is None or threading.get_ident() == self._thread:
            return work()
        done: Future[T] = Future()

        def run() -> None:
            try:
                done.set_result(work())
            except Stall as stall:
                done.set_exception(stall)

        self._loop.call_soon_threadsafe(run)
        return done.result(CALL_LIMIT_S)


def _failure(text: str, number: int) -> usb.core.USBError:
    return usb.core.USBError(text, None, number)


def _only_the_first(gadget: Gadget, *indexes: int) -> None:
    if any(indexes):
        raise IndexError(f"{gadget.name} has one configuration, one interface, one setting")


def _string(gadget: Gadget, index: int) -> bytes:
    text = {1: "paifang sims", 2: gadget.name}.get(index, "")
    body = text.encode("utf-16-le") if index else LANGUAGE_EN_US.to_bytes(2, "little")
    return bytes([2 + len(body), STRING_DESCRIPTOR]) + body


def _fill(buffer: Any, data: bytes) -> int:
    taken = min(len(data), len(buffer))
    for at in range(taken):
        buffer[at] = data[at]
    return taken
