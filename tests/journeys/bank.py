"""The payment institutions of a journey, simulated in a separate process, and their payers."""

import asyncio
import json
from pathlib import Path

from tests.journeys.office import Json
from tests.journeys.processes import Program, tell, until

NOTIFIED_AT = "/api/v1/notifications/"


class Bank:
    """WeChat Pay and Alipay of one merchant."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        arguments = ["-m", "hardware_sims", "institutions", "--dir", str(directory)]
        self._program = Program("payment institutions", arguments, directory.with_suffix(".log"))

    async def start(self) -> None:
        """Start them; `opened` waits until they serve, because making their keys takes some time."""
        await self._program.start()

    async def opened(self) -> None:
        """Wait until they serve."""

        async def ready() -> bool:
            return '"ready"' in self._program.printed()

        await until("the payment institutions", ready)

    async def stop(self) -> None:
        """End them."""
        await self._program.stop()

    async def tell(self, do: str, **arguments: object) -> Json:
        """Let a payer pay, or switch a fault."""
        return await tell(self.directory / "control", do, arguments)

    async def spent_fen(self) -> int:
        """Return the spending of all payers less refunds."""
        states = [await self.tell("state", institution=name) for name in ("wechat", "alipay")]
        return -sum(sum(state["purses_fen"].values()) for state in states)

    async def parameters(self, base_url: str) -> dict[str, Json]:
        """Return the merchant's data from each institution, as its group of parameters."""
        return await asyncio.to_thread(self._parameters, base_url)

    def _parameters(self, base_url: str) -> dict[str, Json]:
        wechat, alipay = self._merchant("wechat"), self._merchant("alipay")
        wechat |= {"notify_url": f"{base_url}{NOTIFIED_AT}wechat", "store_id": "WINDOW-1"}
        alipay |= {"notify_url": f"{base_url}{NOTIFIED_AT}alipay"}
        return {"payment-wechat": wechat, "payment-alipay": alipay}

    def _merchant(self, name: str) -> Json:
        folder = self.directory / name
        facts: Json = json.loads((folder / "merchant.json").read_text(encoding="ascii"))
        files = {key: folder / value for key, value in facts.items() if value.endswith(".pem")}
        return facts | {key: file.read_text(encoding="ascii") for key, file in files.items()}
