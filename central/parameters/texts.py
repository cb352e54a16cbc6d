"""What the console calls groups and their fields: (zh-CN, en), each once."""

from central.parameters.groups import ParameterGroupName

GROUPS: dict[ParameterGroupName, tuple[str, str]] = {
    ParameterGroupName.PAYMENT_WECHAT: ("微信支付", "WeChat Pay"),
    ParameterGroupName.PAYMENT_ALIPAY: ("支付宝", "Alipay"),
    ParameterGroupName.KIOSK: ("自助机", "Kiosks"),
    ParameterGroupName.MINI_PROGRAM: ("小程序", "Mini-program"),
    ParameterGroupName.OFFICIAL_ACCOUNT: ("公众号", "Official account"),
    ParameterGroupName.OTA: ("OTA 渠道", "OTAs"),
    ParameterGroupName.OTHERS: ("其他", "Others"),
}

_NOTIFY = ("支付结果通知地址", "Address that the institution notifies")
_PHONE = ("客服电话", "Service phone")

FIELDS: dict[ParameterGroupName, dict[str, tuple[str, str]]] = {
    ParameterGroupName.PAYMENT_WECHAT: {
        "mchid": ("商户号", "Merchant number"),
        "app_id": ("AppID", "App id"),
        "merchant_serial": ("商户证书序列号", "Serial of the merchant's certificate"),
        "merchant_private_key": ("商户私钥", "Merchant's private key"),
        "api_v3_key": ("APIv3 密钥", "APIv3 key"),
        "public_key_id": ("微信支付公钥 ID", "Id of WeChat Pay's public key"),
        "public_key": ("微信支付公钥", "WeChat Pay's public key"),
        "next_public_key_id": ("新公钥 ID（更换期间）", "Id of the next public key, while keys are exchanged"),
        "next_public_key": ("新公钥（更换期间）", "The next public key, while keys are exchanged"),
        "notify_url": _NOTIFY,
        "store_id": ("门店编号", "Store number"),
        "base_url": ("接口地址", "Address of the API"),
    },
    ParameterGroupName.PAYMENT_ALIPAY: {
        "app_id": ("应用 ID", "App id"),
        "seller_id": ("商户 PID", "Seller's id (PID)"),
        "app_private_key": ("应用私钥", "App's private key"),
        "public_key": ("支付宝公钥", "Alipay's public key"),
        "next_public_key": ("新公钥（更换期间）", "The next public key, while keys are exchanged"),
        "notify_url": _NOTIFY,
        "gateway_url": ("网关地址", "Address of the gateway"),
        "bill_type": ("账单类型", "Kind of bill"),
    },
    ParameterGroupName.KIOSK: {
        "idle_s": ("无操作返回首页（秒）", "Back to the first screen after (s)"),
        "most_tickets": ("单次最多购票数", "Most tickets at once"),
        "service_phone": _PHONE,
        "notice_zh": ("首页提示（中文）", "Notice on the first screen (Chinese)"),
        "notice_en": ("首页提示（英文）", "Notice on the first screen (English)"),
    },
    ParameterGroupName.MINI_PROGRAM: {
        "app_id": ("AppID", "App id"),
        "app_secret": ("AppSecret", "App secret"),
    },
    ParameterGroupName.OFFICIAL_ACCOUNT: {
        "app_id": ("AppID", "App id"),
        "app_secret": ("AppSecret", "App secret"),
        "message_token": ("消息令牌 Token", "Token of its messages"),
        "encoding_aes_key": ("消息加解密密钥", "Key that its messages are encrypted with"),
    },
    ParameterGroupName.OTA: {
        "hold_minutes": ("订单保留时间（分钟）", "An order waits for (min)"),
        "allowed_networks": ("允许访问的网段", "Networks that may call"),
        "contact_phone": ("对接联系电话", "Phone for partners"),
    },
    ParameterGroupName.OTHERS: {
        "operator_name_zh": ("运营单位（中文）", "Who runs the place (Chinese)"),
        "operator_name_en": ("运营单位（英文）", "Who runs the place (English)"),
        "service_phone": _PHONE,
    },
}
