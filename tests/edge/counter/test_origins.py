"""Who may knock at a counter's door."""

import pytest

from edge.counter.origins import checked, origin_of, refusal
from protocol.errors import SettingsError

OURS = "https://paifang.example"


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://paifang.example", OURS),
        ("https://Paifang.example:443/office?x#y", OURS),
        ("http://10.0.0.7:8080/", "http://10.0.0.7:8080"),
        ("http://10.0.0.7:80/", "http://10.0.0.7"),
        ("https://[2001:DB8::1]:8443/", "https://[2001:db8::1]:8443"),
    ],
)
def test_the_origin_of_an_address(url: str, origin: str) -> None:
    assert origin_of(url) == origin
    assert checked(origin) == origin


@pytest.mark.parametrize("url", ["", "paifang.example", "ftp://paifang.example", "https://", "https://x:99999", "https://["])
def test_an_address_without_one(url: str) -> None:
    with pytest.raises(SettingsError, match="write it as"):
        origin_of(url)


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "", "https://paifang.example/", "https://paifang.example:443", "https://Paifang.example", "https://*.example",
     "https://a@b", " https://paifang.example", "https://paifang.example\n", "file:///x", "https://x:99999"],
)  # fmt: skip
def test_what_no_browser_sends_is_no_origin(origin: str) -> None:
    with pytest.raises((ValueError, SettingsError)):
        checked(origin)


@pytest.mark.parametrize("host", ["127.0.0.1:17431", "localhost:17431", "LOCALHOST:17431"])
def test_our_page_is_welcome_by_loopback_s_names(host: str) -> None:
    assert refusal([host], [OURS], 17_431, [OURS]) == ""


@pytest.mark.parametrize(
    ("hosts", "origins"),
    [
        (["127.0.0.1:17431"], []),
        (["127.0.0.1:17431"], ["null"]),
        (["127.0.0.1:17431"], ["http://paifang.example"]),
        (["127.0.0.1:17431"], ["https://paifang.example:8443"]),
        (["127.0.0.1:17431"], ["https://paifang.example.evil.example"]),
        (["127.0.0.1:17431"], ["https://paifang.exampl"]),
        (["127.0.0.1:17431"], [OURS, "https://evil.example"]),
        (["127.0.0.1:17431"], [f"{OURS}, https://evil.example"]),
        (["evil.example:17431"], [OURS]),
        (["127.0.0.1"], [OURS]),
        (["127.0.0.1:17432"], [OURS]),
        (["127.0.0.1:17431", "evil.example"], [OURS]),
        ([], [OURS]),
    ],
)
def test_any_other_page_and_any_other_name_is_refused(hosts: list[str], origins: list[str]) -> None:
    assert refusal(hosts, origins, 17_431, [OURS])
