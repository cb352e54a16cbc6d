"""The groups: what is valid in each, and that the console has a word for every field."""

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from central.parameters.groups import KINDS, ParameterGroupName
from central.parameters.rules.changes import NOTHING, FieldKind, Kept, Value, changed, fields, parsed, secret_names, split
from central.parameters.texts import FIELDS, GROUPS
from tests.builders.merchant import alipay_values, wechat_values

ALIPAY, WECHAT, KIOSK, OTA = (
    ParameterGroupName.PAYMENT_ALIPAY,
    ParameterGroupName.PAYMENT_WECHAT,
    ParameterGroupName.KIOSK,
    ParameterGroupName.OTA,
)
ACCOUNT: dict[str, Value] = {"app_id": "wx0123456789abcdef", "app_secret": "s" * 32, "message_token": "t" * 8}


def test_every_group_and_every_field_has_its_words_in_both_languages() -> None:
    assert list(GROUPS) == list(KINDS) == list(ParameterGroupName)
    assert {group: list(FIELDS[group]) for group in ParameterGroupName} == {
        group: list(KINDS[group].model_fields) for group in ParameterGroupName
    }
    assert all(zh and en for group in FIELDS.values() for zh, en in group.values())


def test_the_secrets_are_those_that_open_something() -> None:
    assert {group: secret_names(group) for group in ParameterGroupName if secret_names(group)} == {
        WECHAT: {"merchant_private_key", "api_v3_key"},
        ALIPAY: {"app_private_key"},
        ParameterGroupName.MINI_PROGRAM: {"app_secret"},
        ParameterGroupName.OFFICIAL_ACCOUNT: {"app_secret", "message_token", "encoding_aes_key"},
    }


def test_a_field_says_how_it_is_asked_for() -> None:
    assert [(one.name, one.kind, one.is_required, one.default) for one in fields(OTA)] == [
        ("hold_minutes", FieldKind.NUMBER, False, 30),
        ("allowed_networks", FieldKind.LIST, False, []),
        ("contact_phone", FieldKind.TEXT, False, ""),
    ]


@pytest.mark.parametrize(("group", "stated"), [(WECHAT, wechat_values), (ALIPAY, alipay_values)])
def test_what_the_merchant_got_is_valid_and_nothing_of_it_is_lost(
    group: ParameterGroupName, stated: Callable[[], dict[str, Value]]
) -> None:
    values = stated()
    kept = split(group, parsed(group, values, NOTHING))
    assert {**kept.plain, **kept.secrets}.items() >= values.items()
    assert set(kept.secrets) == secret_names(group)


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _small() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65_537, 1_024)  # noqa: S505 - a key that must be refused


def _curve() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _public(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    ("group", "change", "named"),
    [
        (WECHAT, {"mchid": "19000001 09"}, "mchid"),
        (WECHAT, {"mchid": 1900000109}, "mchid"),
        (WECHAT, {"mchid": None}, "mchid"),
        (WECHAT, {"app_id": "8888888888888888"}, "app_id"),
        (WECHAT, {"api_v3_key": "a" * 31}, "api_v3_key"),
        (WECHAT, {"api_v3_key": "密" * 32}, "api_v3_key"),
        (WECHAT, {"merchant_private_key": "-----BEGIN PRIVATE KEY-----"}, "merchant_private_key"),
        (WECHAT, {"merchant_private_key": _pem(_small())}, "merchant_private_key"),
        (WECHAT, {"merchant_private_key": _pem(_curve())}, "merchant_private_key"),
        (WECHAT, {"public_key": _public(_curve())}, "public_key"),
        (WECHAT, {"public_key": _pem(_curve())}, "public_key"),
        (WECHAT, {"next_public_key": None}, ""),
        (WECHAT, {"base_url": "http://api.mch.weixin.qq.com"}, "base_url"),
        (WECHAT, {"base_url": "https://api.mch.weixin.qq.com/"}, "base_url"),
        (WECHAT, {"base_url": "http://127.0.0.1.example.com"}, "base_url"),
        (WECHAT, {"notify_url": "ftp://tickets.example.com"}, "notify_url"),
        (WECHAT, {"notify_url": "https://[::1"}, "notify_url"),
        (WECHAT, {"moon": 1}, "moon"),
        (ALIPAY, {"seller_id": "2089000000000001"}, "seller_id"),
        (ALIPAY, {"bill_type": "all"}, "bill_type"),
        (KIOSK, {"idle_s": 14}, "idle_s"),
        (KIOSK, {"idle_s": "60"}, "idle_s"),
        (KIOSK, {"idle_s": True}, "idle_s"),
        (KIOSK, {"notice_zh": "a\0b"}, "notice_zh"),
        (OTA, {"allowed_networks": ["10.0.0.1/8"]}, "allowed_networks"),
        (OTA, {"allowed_networks": ["10.0.0.0/8"] * 51}, "allowed_networks"),
        (ParameterGroupName.OFFICIAL_ACCOUNT, {**ACCOUNT, "encoding_aes_key": "k" * 42}, "encoding_aes_key"),
        (ParameterGroupName.OFFICIAL_ACCOUNT, {**ACCOUNT, "message_token": "two words"}, "message_token"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_is_repeated(
    group: ParameterGroupName, change: dict[str, Value], named: str
) -> None:
    sound = {WECHAT: wechat_values, ALIPAY: alipay_values}.get(group, dict)()
    with pytest.raises(ValidationError) as caught:
        parsed(group, {**sound, **change}, NOTHING)
    assert {str(one["loc"][0]) if one["loc"] else "" for one in caught.value.errors()} == {named}
    assert {one["type"] for one in caught.value.errors()}.isdisjoint({"value_error"}), "a library's words"
    said = " ".join([str(caught.value), *(one["msg"] for one in caught.value.errors())])
    assert not [value for value in ({**sound, **change}).values() if isinstance(value, str) and len(value) > 30 and value in said]


def test_the_next_key_is_another_than_the_one_in_use() -> None:
    sound = wechat_values()
    with pytest.raises(ValidationError):
        parsed(WECHAT, {**sound, "next_public_key_id": sound["public_key_id"]}, NOTHING)


def test_addresses_of_simulators_on_this_machine_need_no_tls() -> None:
    for address in ("http://127.0.0.1:8900", "http://localhost", "http://[::1]:80", "https://sandbox.example.com"):
        assert split(WECHAT, parsed(WECHAT, wechat_values(address), NOTHING)).plain["base_url"] == address


def test_a_secret_that_is_left_out_stays_and_one_that_is_null_goes() -> None:
    group, aes = ParameterGroupName.OFFICIAL_ACCOUNT, "k" * 43
    kept = split(group, parsed(group, {**ACCOUNT, "encoding_aes_key": aes}, NOTHING))
    same = split(group, parsed(group, {"app_id": ACCOUNT["app_id"]}, kept))
    assert same == kept
    gone = split(group, parsed(group, {"app_id": ACCOUNT["app_id"], "encoding_aes_key": None}, kept))
    assert gone.secrets == {"app_secret": "s" * 32, "message_token": "t" * 8}
    with pytest.raises(ValidationError):
        parsed(group, {"app_id": ACCOUNT["app_id"], "app_secret": None}, kept)


def test_a_secret_does_not_show_itself() -> None:
    group = parsed(WECHAT, wechat_values(), NOTHING)
    assert wechat_values()["api_v3_key"] not in repr(group) + group.model_dump_json()


@given(st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2)), st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2)))
def test_changed_names_exactly_what_differs(before: dict[str, int], after: dict[str, int]) -> None:
    names = {name for name in "abcd" if before.get(name) != after.get(name)}
    assert set(changed(Kept(before, {}), Kept(after, {}))) == names
