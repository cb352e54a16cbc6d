"""A relay board's terminals in memory, for a turnstile without a board."""

from collections.abc import Callable


class Contacts:
    """Implements hardware_sims.turnstile.Contacts; `relay(channel, closed)` moves a contact."""

    def __init__(self) -> None:
        self.inputs = [False] * 8
        self.relay: Callable[[int, bool], None] = lambda _channel, _closed: None

    def closed(self, channel: int) -> bool:
        return self.inputs[channel]

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        self.relay = listener

    def set_input(self, channel: int, *, closed: bool) -> None:
        self.inputs[channel] = closed
