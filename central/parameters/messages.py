"""What parameters say to people: what a value must be. No message repeats a value."""

from central.domain.saying import Message

MUST_BE_HTTPS = Message(
    "must_be_https",
    "须为 https 网址；http 只用于本机的模拟器",
    "must be an https address; http is for simulators on this machine only",
)
MUST_BE_PUBLIC_KEY = Message(
    "must_be_public_key",
    "须为 PEM 格式的公钥，从 BEGIN PUBLIC KEY 到 END PUBLIC KEY",
    "must be a public key as PEM, from BEGIN PUBLIC KEY to END PUBLIC KEY",
)
MUST_BE_PRIVATE_KEY = Message(
    "must_be_private_key", "须为 PEM 格式的私钥，且没有口令", "must be a private key as PEM without a passphrase"
)
KEY_TOO_SHORT = Message("key_too_short", "须为至少 {bits} 位的 RSA 密钥", "must be an RSA key of at least {bits} bits")
MUST_BE_VISIBLE = Message("must_be_visible", "须为可见的 ASCII 字符，不含空格", "must be visible ASCII characters without blanks")
MUST_BE_ALPHANUMERIC = Message("must_be_alphanumeric", "须为 {length} 个字母和数字", "must be {length} letters and digits")
MUST_BE_NETWORKS = Message(
    "must_be_networks",
    "第 {place} 项须为网段，如 10.0.0.0/8",
    "item {place} must be a network, such as 10.0.0.0/8",
)
NEXT_KEY_HALF = Message("next_key_half", "下一个公钥和其 ID 须同时填写", "the next public key and its id belong together")
NEXT_KEY_SAME = Message("next_key_same", "下一个公钥的 ID 须与现用的不同", "the next public key has an id of its own")
