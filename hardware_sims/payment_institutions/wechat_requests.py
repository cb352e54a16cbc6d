"""The bodies that a merchant sends to WeChat Pay, checked.

Laws: amounts are integers in fen; a missing or malformed field is refused by name; unused fields are accepted, as the institution
does.
"""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

MAX_FEN = 100_000_000


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)


class Amount(_Body):
    """The price of an order, in fen."""

    total: int = Field(ge=1, le=MAX_FEN)
    currency: Literal["CNY"] = "CNY"


class _Ordered(_Body):
    appid: str = Field(min_length=1, max_length=32)
    mchid: str = Field(min_length=1, max_length=32)
    description: str = Field(min_length=1, max_length=127)
    out_trade_no: str
    attach: str | None = Field(default=None, max_length=128)
    amount: Amount


class NativeOrder(_Ordered):
    """An order whose code the payer scans."""

    notify_url: str = Field(min_length=1, max_length=256)
    time_expire: datetime | None = None

    @model_validator(mode="after")
    def _with_a_zone(self) -> "NativeOrder":
        if self.time_expire is not None and self.time_expire.tzinfo is None:
            raise ValueError("time_expire needs its offset, as in 2018-06-08T10:34:56+08:00")
        return self


class Payer(_Body):
    """The payer, as the merchant's app knows them."""

    openid: str = Field(min_length=1, max_length=128)


class JsapiOrder(NativeOrder):
    """An order that the payer confirms within the merchant's app."""

    payer: Payer


class CodePayer(_Body):
    """The payer of a payment by code."""

    auth_code: str


class Store(_Body):
    """The place where the code is scanned."""

    id: str | None = None
    out_id: str | None = None

    @model_validator(mode="after")
    def _named(self) -> "Store":
        if not (self.id or self.out_id):
            raise ValueError("store_info needs id or out_id")
        return self


class Scene(_Body):
    """The place and the way in which a code is scanned."""

    store_info: Store


class CodeOrder(_Ordered):
    """An order paid at once by the payer's code; it has no notify."""

    payer: CodePayer
    scene_info: Scene


class Closing(_Body):
    """The merchant who closes."""

    mchid: str


class Reversing(_Body):
    """The merchant who reverses."""

    appid: str
    mchid: str


class RefundAmount(_Body):
    """The refunded part of a payment, in fen."""

    refund: int = Field(ge=1, le=MAX_FEN)
    total: int = Field(ge=1, le=MAX_FEN)
    currency: Literal["CNY"]


class Refunding(_Body):
    """A refund of a merchant."""

    transaction_id: str | None = None
    out_trade_no: str | None = None
    out_refund_no: str = Field(pattern=r"^[0-9A-Za-z_\-|*@]{1,64}$")
    reason: str | None = Field(default=None, max_length=80)
    notify_url: str | None = Field(default=None, max_length=256)
    amount: RefundAmount

    @model_validator(mode="after")
    def _named(self) -> "Refunding":
        if not (self.transaction_id or self.out_trade_no):
            raise ValueError("give transaction_id or out_trade_no")
        return self


class AbnormalRefunding(_Body):
    """The new destination of an abnormal refund's money."""

    out_refund_no: str
    type: Literal["USER_BANK_CARD", "MERCHANT_BANK_CARD"]
