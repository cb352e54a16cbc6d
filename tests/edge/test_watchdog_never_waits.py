"""The agent never waits for systemd: the loop that writes to it also serves visitors."""

import socket
from pathlib import Path
from threading import Thread

from edge.watchdog import Notifier

MORE_THAN_FIT = 2_000
PATIENCE_S = 5.0


def test_a_systemd_that_does_not_read_stops_nothing(tmp_path: Path) -> None:
    address = str(tmp_path / "notify.sock")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unread:
        unread.bind(address)
        notifier = Notifier(address)

        def tell() -> None:
            for _ in range(MORE_THAN_FIT):
                notifier.alive("serving")

        telling = Thread(target=tell, daemon=True)
        telling.start()
        telling.join(PATIENCE_S)
        assert not telling.is_alive(), "it waits for a reader that never comes"
