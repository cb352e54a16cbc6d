"""The relays of a board: the commanded coils, the real contacts, and the listener that hears when one moves."""

from collections.abc import Callable


class RelayContacts:
    """The commanded coils and the real contacts. Implements the relay half of `turnstile.Contacts`."""

    def __init__(self, channels: int) -> None:
        self.coils = [False] * channels
        self.contacts = [False] * channels
        self._stuck: dict[int, bool] = {}
        self._listeners: list[Callable[[int, bool], None]] = []

    def on_contact(self, listener: Callable[[int, bool], None]) -> None:
        """Call `listener(channel, closed)` whenever a contact moves."""
        self._listeners.append(listener)

    def command(self, channel: int, *, on: bool) -> None:
        """Switch a coil; its contact follows unless it is stuck."""
        self.coils[channel] = on
        self._move(channel)

    def drop(self) -> None:
        """Lose the supply: every coil is off."""
        for channel in range(len(self.coils)):
            self.command(channel, on=False)

    def stick(self, channel: int, *, closed: bool | None) -> None:
        """Weld a contact closed, break it open, or repair it (None)."""
        if closed is None:
            self._stuck.pop(channel, None)
        else:
            self._stuck[channel] = closed
        self._move(channel)

    def _move(self, channel: int) -> None:
        closed = self._stuck.get(channel, self.coils[channel])
        if closed == self.contacts[channel]:
            return
        self.contacts[channel] = closed
        for listener in self._listeners:
            listener(channel, closed)
