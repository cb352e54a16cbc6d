"""The commands to the institutions from outside, one JSON object per line: {"do": "pay", "code": "weixin://..."}.

Laws: an unknown command, field or value is refused by name, never guessed.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from hardware_sims.payment_institutions.desk import SOME_PAYER
from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.trades import Manner

Institution = Literal["wechat", "alipay"]
AfterS = Annotated[float, Field(ge=0, le=86_400)]


class _Command(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Scan(_Command):
    """Scan a merchant's code without paying."""

    do: Literal["scan"]
    code: str


class Pay(_Command):
    """Scan a merchant's code and pay, now or later."""

    do: Literal["pay"]
    code: str
    by: str = SOME_PAYER
    after_s: AfterS = 0.0


class ConfirmInApp(_Command):
    """Confirm within the mini-program: appId, timeStamp, nonceStr, package, paySign."""

    do: Literal["confirm_in_app"]
    parameters: dict[str, str]
    by: str = SOME_PAYER


class PayCode(_Command):
    """Show the payer's own code; the answer has it as `auth_code`."""

    do: Literal["pay_code"]
    institution: Institution
    by: str = SOME_PAYER
    manner: Manner = Manner.PAYS


class Decide(_Command):
    """Type the password, or refuse, now or later."""

    do: Literal["approve", "decline"]
    institution: Institution
    out_trade_no: str
    after_s: AfterS = 0.0


class SwitchFault(_Command):
    """Switch a fault of one institution, for the given number of times and the given operations, if any."""

    do: Literal["fault"]
    institution: Institution
    fault: Fault
    on: bool = True
    count: int | None = Field(default=None, ge=1)
    operations: frozenset[Operation] | None = None


class BillsAtOnce(_Command):
    """Make bills ready at any time, also the present day's, or wait for the next morning again."""

    do: Literal["bills_at_once"]
    on: bool


class State(_Command):
    """Ask for one institution's trades and refunds from index `since` on, purses, notifies and faults."""

    do: Literal["state"]
    institution: Institution
    since: int = Field(default=0, ge=0)


Command = Annotated[
    Scan | Pay | ConfirmInApp | PayCode | Decide | SwitchFault | BillsAtOnce | State,
    Field(discriminator="do"),
]
COMMANDS: TypeAdapter[Command] = TypeAdapter(Command)
