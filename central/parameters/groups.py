"""The groups of parameters (参数设置), each a model that is validated as a whole.

Laws: every value has bounds; a secret is a `SecretStr`, and only a secret is; an address is https, except an address on this
machine (a simulator); no message about a wrong value repeats the value.
"""

from collections.abc import Callable
from enum import StrEnum
from ipaddress import ip_network
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator

from central.domain.field_messages import unfit
from central.domain.saying import Said
from central.domain.texts import PRINTABLE
from central.parameters.messages import (
    KEY_TOO_SHORT,
    MUST_BE_ALPHANUMERIC,
    MUST_BE_HTTPS,
    MUST_BE_NETWORKS,
    MUST_BE_PRIVATE_KEY,
    MUST_BE_PUBLIC_KEY,
    MUST_BE_VISIBLE,
    NEXT_KEY_HALF,
    NEXT_KEY_SAME,
)

MIN_RSA_BITS = 2048
MAX_PEM_CHARACTERS = 8_192
MAX_URL_CHARACTERS = 256
MAX_SECRET_CHARACTERS = 128
MOST_NETWORKS = 50
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_PEM = r"^[\x20-\x7e\r\n]+$"


class ParameterGroupName(StrEnum):
    """The names are stored and never change their meaning."""

    PAYMENT_WECHAT = "payment-wechat"
    PAYMENT_ALIPAY = "payment-alipay"
    KIOSK = "kiosk"
    MINI_PROGRAM = "mini-program"
    OFFICIAL_ACCOUNT = "official-account"
    OTA = "ota"
    OTHERS = "others"


def _safe_address(url: str) -> str:
    try:
        scheme, hostname = urlsplit(url).scheme, urlsplit(url).hostname
    except ValueError as error:
        raise unfit(MUST_BE_HTTPS.of()) from error
    if not hostname or (scheme != "https" and not (scheme == "http" and hostname in _LOOPBACK)):
        raise unfit(MUST_BE_HTTPS.of())
    return url


def _rsa_public(pem: str) -> str:
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise unfit(MUST_BE_PUBLIC_KEY.of()) from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_RSA_BITS:
        raise unfit(KEY_TOO_SHORT.of(bits=MIN_RSA_BITS))
    return pem


def _rsa_private(pem: SecretStr) -> SecretStr:
    try:
        key = load_pem_private_key(pem.get_secret_value().encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise unfit(MUST_BE_PRIVATE_KEY.of()) from error
    if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_RSA_BITS:
        raise unfit(KEY_TOO_SHORT.of(bits=MIN_RSA_BITS))
    return pem


def _spelt(otherwise: Said, allowed: Callable[[str], bool]) -> AfterValidator:
    def check(secret: SecretStr) -> SecretStr:
        if not allowed(secret.get_secret_value()):
            raise unfit(otherwise)
        return secret

    return AfterValidator(check)


def _networks(stated: tuple[str, ...]) -> tuple[str, ...]:
    for place, one in enumerate(stated, 1):
        try:
            ip_network(one)
        except ValueError as error:
            raise unfit(MUST_BE_NETWORKS.of(place=place)) from error
    return stated


def _graphic(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


Address = Annotated[str, Field(max_length=MAX_URL_CHARACTERS, pattern=r"^https?://[!-~]+$"), AfterValidator(_safe_address)]
Origin = Annotated[Address, Field(pattern=r"^https?://[^/?#]+$")]
PublicKey = Annotated[str, Field(max_length=MAX_PEM_CHARACTERS, pattern=_PEM), AfterValidator(_rsa_public)]
PrivateKey = Annotated[SecretStr, Field(max_length=MAX_PEM_CHARACTERS), AfterValidator(_rsa_private)]
Secret = Annotated[
    SecretStr,
    Field(min_length=1, max_length=MAX_SECRET_CHARACTERS),
    _spelt(MUST_BE_VISIBLE.of(), _graphic),
]
ApiKey = Annotated[
    SecretStr,
    Field(min_length=32, max_length=32),
    _spelt(MUST_BE_ALPHANUMERIC.of(length=32), lambda text: text.isascii() and text.isalnum()),
]
AesKey = Annotated[
    SecretStr,
    Field(min_length=43, max_length=43),
    _spelt(MUST_BE_ALPHANUMERIC.of(length=43), lambda text: text.isascii() and text.isalnum()),
]
AppId = Annotated[str, Field(pattern=r"^wx[0-9a-zA-Z]{16}$")]
KeyName = Annotated[str, Field(pattern=r"^PUB_KEY_ID_[0-9]{1,40}$")]
Phone = Annotated[str, Field(pattern=r"^[0-9+() -]{0,32}$")]
Line = Annotated[str, Field(max_length=100, pattern=PRINTABLE)]
Networks = Annotated[tuple[str, ...], Field(max_length=MOST_NETWORKS), AfterValidator(_networks)]


class ParameterGroup(BaseModel):
    """What all groups have in common: unknown fields and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class WeChatPayGroup(ParameterGroup):
    """WeChat Pay v3 of one merchant, in public-key mode; while keys are exchanged, the next public key is trusted too."""

    mchid: Annotated[str, Field(pattern=r"^[0-9]{8,32}$")]
    app_id: AppId
    merchant_serial: Annotated[str, Field(pattern=r"^[0-9A-Fa-f]{16,64}$")]
    merchant_private_key: PrivateKey
    api_v3_key: ApiKey
    public_key_id: KeyName
    public_key: PublicKey
    next_public_key_id: KeyName | None = None
    next_public_key: PublicKey | None = None
    notify_url: Address
    store_id: Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,32}$")]
    base_url: Origin = "https://api.mch.weixin.qq.com"

    @model_validator(mode="after")
    def _next_key_has_both(self) -> Self:
        if (self.next_public_key is None) != (self.next_public_key_id is None):
            raise unfit(NEXT_KEY_HALF.of())
        if self.next_public_key_id == self.public_key_id:
            raise unfit(NEXT_KEY_SAME.of())
        return self


class AlipayGroup(ParameterGroup):
    """Alipay of one merchant, in public-key mode; while keys are exchanged, the next public key is trusted too."""

    app_id: Annotated[str, Field(pattern=r"^[0-9]{16}$")]
    seller_id: Annotated[str, Field(pattern=r"^2088[0-9]{12}$")]
    app_private_key: PrivateKey
    public_key: PublicKey
    next_public_key: PublicKey | None = None
    notify_url: Address
    gateway_url: Address = "https://openapi.alipay.com/gateway.do"
    bill_type: Literal["trade", "signcustomer"] = "trade"


class KioskGroup(ParameterGroup):
    """Self-service kiosks: how long one waits for a visitor, how much it sells at once, which phone number it shows for help."""

    idle_s: Annotated[int, Field(ge=15, le=600)] = 60
    most_tickets: Annotated[int, Field(ge=1, le=100)] = 10
    service_phone: Phone = ""
    notice_zh: Line = ""
    notice_en: Line = ""


class MiniProgramGroup(ParameterGroup):
    """The mini-program (小程序)."""

    app_id: AppId
    app_secret: Secret


class OfficialAccountGroup(ParameterGroup):
    """The official account (公众号): also how its messages are verified and decrypted."""

    app_id: AppId
    app_secret: Secret
    message_token: Secret
    encoding_aes_key: AesKey | None = None


class OtaGroup(ParameterGroup):
    """Values for all OTAs: how long their orders may wait, and the networks that they may call from (empty: any)."""

    hold_minutes: Annotated[int, Field(ge=5, le=1_440)] = 30
    allowed_networks: Networks = ()
    contact_phone: Phone = ""


class OthersGroup(ParameterGroup):
    """The operator of the site."""

    operator_name_zh: Line = ""
    operator_name_en: Line = ""
    service_phone: Phone = ""


KINDS: dict[ParameterGroupName, type[ParameterGroup]] = {
    ParameterGroupName.PAYMENT_WECHAT: WeChatPayGroup,
    ParameterGroupName.PAYMENT_ALIPAY: AlipayGroup,
    ParameterGroupName.KIOSK: KioskGroup,
    ParameterGroupName.MINI_PROGRAM: MiniProgramGroup,
    ParameterGroupName.OFFICIAL_ACCOUNT: OfficialAccountGroup,
    ParameterGroupName.OTA: OtaGroup,
    ParameterGroupName.OTHERS: OthersGroup,
}
