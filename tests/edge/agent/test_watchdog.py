"""The messages to systemd, datagram by datagram."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.watchdog import Notifier


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind(str(tmp_path / "notify"))
        datagrams.settimeout(20)
        yield datagrams


def test_ready_alive_and_stopping_are_single_datagrams(systemd: socket.socket) -> None:
    notifier = Notifier(systemd.getsockname())
    notifier.ready("feed 3 live")
    notifier.alive("feed 4 live")
    notifier.stopping()
    assert [systemd.recv(200) for _ in range(3)] == [
        b"READY=1\nSTATUS=feed 3 live",
        b"WATCHDOG=1\nSTATUS=feed 4 live",
        b"STOPPING=1",
    ]


def test_an_abstract_address_begins_with_an_at_sign() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams:
        datagrams.bind("")  # the kernel chooses an abstract name
        datagrams.settimeout(20)
        Notifier("@" + datagrams.getsockname()[1:].decode()).stopping()
        assert datagrams.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("address", ["", "/nowhere/at/all", "@nobody-listens-here"])
def test_without_a_listener_nothing_happens(address: str) -> None:
    Notifier(address).ready("fine")
