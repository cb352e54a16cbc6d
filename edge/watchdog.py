"""systemd's sd_notify: ready, status, watchdog, stopping. The protocol (sd_notify(3)) takes ten lines and no library.

Laws: without a socket in the environment nothing is sent; a datagram that cannot be sent is no fault of the lane, and the agent
never waits for it: a systemd that does not read must not stop the loop that serves.
"""

import socket
from contextlib import suppress

SOCKET_VARIABLE = "NOTIFY_SOCKET"
_NOT_WAITING = socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK


class Notifier:
    """Reports the agent's state to systemd. `address` is the value of NOTIFY_SOCKET, empty outside systemd."""

    def __init__(self, address: str) -> None:
        self._address = "\0" + address[1:] if address.startswith("@") else address

    def ready(self, status: str) -> None:
        """Tell systemd that the agent serves visitors."""
        self._send(f"READY=1\nSTATUS={status}")

    def alive(self, status: str) -> None:
        """Tell systemd that every lane still turns."""
        self._send(f"WATCHDOG=1\nSTATUS={status}")

    def stopping(self) -> None:
        """Tell systemd that the agent ends on purpose."""
        self._send("STOPPING=1")

    def _send(self, message: str) -> None:
        if not self._address:
            return
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | _NOT_WAITING) as datagrams:
            datagrams.connect(self._address)
            datagrams.send(message.encode())
