"""New keys of merchant and institution, and the files that the merchant gets.

Laws: a directory holds what a real merchant would hold and nothing of the institution's secrets; private keys are readable only
by their owner. Each institution has a next key, so that a rotation can be tested.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

RSA_BITS = 2048
RSA_EXPONENT = 65_537
OWNER_ONLY = 0o600
MERCHANT_FILE = "merchant.json"


@dataclass(frozen=True, slots=True)
class WeChatKeys:
    """Both sides' keys of WeChat Pay in public-key mode."""

    mchid: str
    app_id: str
    merchant: rsa.RSAPrivateKey
    merchant_serial: str
    api_v3_key: str
    institution: rsa.RSAPrivateKey
    public_key_id: str
    next_institution: rsa.RSAPrivateKey
    next_public_key_id: str


@dataclass(frozen=True, slots=True)
class AlipayKeys:
    """Both sides' keys of Alipay in public-key mode."""

    app_id: str
    seller_id: str
    app: rsa.RSAPrivateKey
    institution: rsa.RSAPrivateKey
    next_institution: rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys of one merchant who deals with both."""

    wechat: WeChatKeys
    alipay: AlipayKeys


def make_keys(bits: int = RSA_BITS) -> Keys:
    """Make all keys and numbers that merchant and institutions agree on; shorter keys are for fast tests."""
    wechat = WeChatKeys(
        mchid="1900000109",
        app_id="wx8888888888888888",
        merchant=_make_rsa(bits),
        merchant_serial=secrets.token_hex(20).upper(),
        api_v3_key=secrets.token_hex(16),
        institution=_make_rsa(bits),
        public_key_id=f"PUB_KEY_ID_{secrets.randbelow(10**22):022d}",
        next_institution=_make_rsa(bits),
        next_public_key_id=f"PUB_KEY_ID_{secrets.randbelow(10**22):022d}",
    )
    alipay = AlipayKeys(
        app_id="2021000000000001",
        seller_id="2088000000000001",
        app=_make_rsa(bits),
        institution=_make_rsa(bits),
        next_institution=_make_rsa(bits),
    )
    return Keys(wechat, alipay)


def write_merchant_files(keys: Keys, directory: Path, *, wechat_url: str, alipay_url: str) -> None:
    """Write DIR/wechat and DIR/alipay: PEM files, and merchant.json with addresses, numbers and the files' names."""
    wechat, alipay = directory / "wechat", directory / "alipay"
    for folder in (wechat, alipay):
        folder.mkdir(parents=True, exist_ok=True)
    _write_private(wechat / "merchant_private_key.pem", private_pem(keys.wechat.merchant))
    (wechat / "public_key.pem").write_text(public_pem(keys.wechat.institution), encoding="ascii")
    (wechat / "next_public_key.pem").write_text(public_pem(keys.wechat.next_institution), encoding="ascii")
    _write_private(wechat / MERCHANT_FILE, _as_json(_wechat_facts(keys.wechat, wechat_url)))
    _write_private(alipay / "app_private_key.pem", private_pem(keys.alipay.app))
    (alipay / "public_key.pem").write_text(public_pem(keys.alipay.institution), encoding="ascii")
    (alipay / "next_public_key.pem").write_text(public_pem(keys.alipay.next_institution), encoding="ascii")
    _write_private(alipay / MERCHANT_FILE, _as_json(_alipay_facts(keys.alipay, alipay_url)))


def private_pem(key: rsa.RSAPrivateKey) -> str:
    """The key as PKCS#8 PEM, in the form of both institutions' tools."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def public_pem(key: rsa.RSAPrivateKey) -> str:
    """The public half as SubjectPublicKeyInfo PEM."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def _wechat_facts(keys: WeChatKeys, url: str) -> dict[str, str]:
    return {
        "base_url": url,
        "mchid": keys.mchid,
        "app_id": keys.app_id,
        "merchant_serial": keys.merchant_serial,
        "api_v3_key": keys.api_v3_key,
        "merchant_private_key": "merchant_private_key.pem",
        "public_key": "public_key.pem",
        "public_key_id": keys.public_key_id,
        "next_public_key": "next_public_key.pem",
        "next_public_key_id": keys.next_public_key_id,
    }


def _alipay_facts(keys: AlipayKeys, url: str) -> dict[str, str]:
    return {
        "gateway_url": url,
        "app_id": keys.app_id,
        "seller_id": keys.seller_id,
        "app_private_key": "app_private_key.pem",
        "public_key": "public_key.pem",
        "next_public_key": "next_public_key.pem",
    }


def _make_rsa(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(RSA_EXPONENT, bits)


def _as_json(facts: dict[str, str]) -> str:
    return json.dumps(facts, indent=2) + "\n"


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=OWNER_ONLY)
    path.chmod(OWNER_ONLY)
    path.write_text(text, encoding="ascii")
