"""What a connected device has to complain of, by cause, told as one health report."""

from edge.devices.ports import HealthLine


class Complaints:
    """The faults under which a device goes on working. A new detail of a cause replaces the one before."""

    def __init__(self) -> None:
        self._details: dict[str, str] = {}

    def add(self, cause: str, detail: str) -> None:
        """Note a fault."""
        self._details[cause] = detail

    def withdraw(self, cause: str) -> None:
        """Note that a fault is over, if there was one."""
        self._details.pop(cause, None)

    def clear(self) -> None:
        """Withdraw all."""
        self._details.clear()

    def tell(self, health: HealthLine) -> None:
        """Report every fault, or that the device is ready."""
        if self._details:
            health.fault("; ".join(self._details.values()))
        else:
            health.ready()
