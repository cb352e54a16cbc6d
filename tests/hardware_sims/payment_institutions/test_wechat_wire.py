"""The signed bytes, and independent libraries that agree on them."""

from random import Random

import pytest
from wechatpayv3 import utils as sdk

from hardware_sims.payment_institutions import wechat_wire as wire
from hardware_sims.payment_institutions.signatures import sign, verifies
from tests.builders.institutions import institution_keys


def test_the_texts_are_as_documented() -> None:
    nonce = "593BEC0C930BF1AFEB40B4A08C8FB242"
    assert wire.request_text("GET", "/v3/certificates", "1554208460", nonce, b"") == (
        b"GET\n/v3/certificates\n1554208460\n593BEC0C930BF1AFEB40B4A08C8FB242\n\n"
    )
    assert wire.reply_text("1722850421", "d824f2e086d3c1df967785d13fcd22ef", b"") == (
        b"1722850421\nd824f2e086d3c1df967785d13fcd22ef\n\n"
    )
    assert wire.pay_text("wx888", "1414561699", "5K8264", "prepay_id=wx2014") == b"wx888\n1414561699\n5K8264\nprepay_id=wx2014\n"


def test_both_sides_sign_alike_and_one_bit_breaks_it() -> None:
    key = institution_keys().wechat.institution
    signature = sign(key, b"1\n2\n3\n")
    assert signature == sdk.rsa_sign(key, "1\n2\n3\n")
    assert sdk.rsa_verify("1", "2", "3", signature, key.public_key())
    assert verifies(key.public_key(), b"1\n2\n3\n", signature)
    assert not verifies(key.public_key(), b"1\n2\n4\n", signature)
    assert not verifies(key.public_key(), b"1\n2\n3\n", wire.PROBE_PREFIX + signature[19:])
    assert not verifies(key.public_key(), b"1\n2\n3\n", "签名")


def test_what_is_encrypted_a_stranger_decrypts() -> None:
    api_v3_key = "0123456789abcdef0123456789abcdef"
    resource = wire.encrypt_resource(api_v3_key, "门票".encode(), "transaction", Random(1))  # noqa: S311 - seeded on purpose
    assert sdk.aes_decrypt(resource["nonce"], resource["ciphertext"], resource["associated_data"], api_v3_key) == "门票"
    assert sdk.aes_decrypt(resource["nonce"], resource["ciphertext"], "refund", api_v3_key) is None
    assert len(resource["nonce"]) == 12


PARTS = {"mchid": "19", "nonce_str": "N", "signature": "S==", "timestamp": "1", "serial_no": "A"}


def header(parts: dict[str, str], joint: str = ",") -> str:
    return f"{wire.SCHEME} " + joint.join(f'{name}="{value}"' for name, value in parts.items())


@pytest.mark.parametrize("text", [header(PARTS), header(dict(reversed(PARTS.items()))), header(PARTS, ", ")])
def test_an_authorization_is_read_in_any_order(text: str) -> None:
    assert wire.parse_authorization(text) == wire.Authorization(**PARTS)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Bearer x",
        header(PARTS | {"more": "1"}),
        header({name: PARTS[name] for name in list(PARTS)[1:]}),
        header(PARTS).replace('"', "'"),
        header(PARTS) + " and more",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    assert wire.parse_authorization(text) is None
