"""The institutions as the parameters name them: our clients of WeChat Pay and Alipay, made anew when their group changes.

Laws: asked at every use, so that a change counts in every process without a restart; a group that was never set is a method
that is not there; what is under way with a former client ends with it.
"""

from collections.abc import Mapping
from concurrent.futures import Executor
from dataclasses import dataclass

from central.parameters.groups import AlipayGroup, WeChatPayGroup
from central.parameters.service import Parameters
from central.payments.alipay import AlipayInstitution, AlipayParameters
from central.payments.institution import Institution
from central.payments.merchants import GROUPS
from central.payments.methods import Method
from central.payments.wechat import WeChatInstitution, WeChatParameters
from protocol.instants import Clock

# Calls to institutions that may wait at once in one process.
MOST_CALLS = 16


@dataclass(frozen=True, slots=True)
class _Made:
    version: int
    client: Institution


class ConfiguredInstitutions:
    """Answers `refunding.Institutions`."""

    def __init__(self, parameters: Parameters, pool: Executor, clock: Clock) -> None:
        """Take the parameters, the threads that calls may block, and the clock that requests are stamped by."""
        self._parameters = parameters
        self._pool = pool
        self._clock = clock
        self._made: dict[Method, _Made] = {}

    async def __call__(self) -> Mapping[Method, Institution]:
        """Return the institutions that are configured now."""
        versions = await self._parameters.versions()
        wanted = {method: versions[group] for method, group in GROUPS.items() if group in versions}
        for method, version in wanted.items():
            made = self._made.get(method)
            if made is None or made.version != version:
                self._made[method] = await self._make(method)
        return {method: self._made[method].client for method in wanted}

    async def _make(self, method: Method) -> _Made:
        if method is Method.WECHAT:
            wechat = await self._parameters.current(WeChatPayGroup)
            assert wechat is not None, "a group that has a version is set"
            return _Made(wechat.version, WeChatInstitution(_wechat(wechat.values), self._pool))
        alipay = await self._parameters.current(AlipayGroup)
        assert alipay is not None, "a group that has a version is set"
        return _Made(alipay.version, AlipayInstitution(_alipay(alipay.values), self._pool, self._clock))


def _wechat(group: WeChatPayGroup) -> WeChatParameters:
    keys = {group.public_key_id: group.public_key}
    if group.next_public_key_id is not None and group.next_public_key is not None:
        keys[group.next_public_key_id] = group.next_public_key
    return WeChatParameters(
        mchid=group.mchid,
        app_id=group.app_id,
        merchant_serial=group.merchant_serial,
        merchant_private_key=group.merchant_private_key.get_secret_value(),
        api_v3_key=group.api_v3_key.get_secret_value(),
        public_key_id=group.public_key_id,
        public_keys=keys,
        notify_url=group.notify_url,
        store_id=group.store_id,
        base_url=group.base_url,
    )


def _alipay(group: AlipayGroup) -> AlipayParameters:
    return AlipayParameters(
        app_id=group.app_id,
        seller_id=group.seller_id,
        app_private_key=group.app_private_key.get_secret_value(),
        public_keys=(group.public_key,) if group.next_public_key is None else (group.public_key, group.next_public_key),
        notify_url=group.notify_url,
        gateway_url=group.gateway_url,
        bill_type=group.bill_type,
    )
