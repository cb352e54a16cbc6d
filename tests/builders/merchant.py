"""What a merchant types into the parameters of payment institutions, as agreed with the simulated ones."""

from typing import Any

from hardware_sims.payment_institutions.keys import private_pem, public_pem
from tests.builders.institutions import institution_keys

Json = dict[str, Any]


def wechat_values(base_url: str = "http://127.0.0.1:9") -> Json:
    """Return the group of WeChat Pay."""
    keys = institution_keys().wechat
    return {
        "mchid": keys.mchid,
        "app_id": keys.app_id,
        "merchant_serial": keys.merchant_serial,
        "merchant_private_key": private_pem(keys.merchant),
        "api_v3_key": keys.api_v3_key,
        "public_key_id": keys.public_key_id,
        "public_key": public_pem(keys.institution),
        "next_public_key_id": keys.next_public_key_id,
        "next_public_key": public_pem(keys.next_institution),
        "notify_url": "https://tickets.example.com/api/v1/notifications/wechat",
        "store_id": "W1",
        "base_url": base_url,
    }


def alipay_values(gateway_url: str = "http://127.0.0.1:9/gateway.do") -> Json:
    """Return the group of Alipay."""
    keys = institution_keys().alipay
    return {
        "app_id": keys.app_id,
        "seller_id": keys.seller_id,
        "app_private_key": private_pem(keys.app),
        "public_key": public_pem(keys.institution),
        "notify_url": "https://tickets.example.com/api/v1/notifications/alipay",
        "gateway_url": gateway_url,
    }
