"""The institutions as the parameters name them: our clients of WeChat Pay and Alipay, replaced when their group changes.

Laws: read at every use, so that a change takes effect in every process without a restart; a group that was never set is a method
that does not exist; calls that run on a former client end with it; `MAKERS` has a line for each institution.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, TypeVar

from central.parameters.groups import AlipayGroup, ParameterGroup, WeChatPayGroup
from central.parameters.service import Parameters
from central.payments.alipay import AlipayInstitution, AlipayParameters
from central.payments.institution import Institution
from central.payments.merchants import MERCHANTS
from central.payments.methods import Method
from central.payments.wechat import WeChatInstitution, WeChatParameters
from protocol.instants import Clock

# Calls to institutions that may wait at once in one process.
MOST_CALLS = 16

GroupT = TypeVar("GroupT", bound=ParameterGroup)


@dataclass(frozen=True, slots=True)
class _Made:
    version: int
    client: Institution


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a client has of this process: the threads that its calls may block, and the clock that stamps requests."""

    pool: Executor
    clock: Clock


@dataclass(frozen=True, slots=True)
class Maker(Generic[GroupT]):
    """How to make the client of one institution from its group of parameters."""

    group: type[GroupT]
    make: Callable[[GroupT, Surroundings], Institution]

    async def made(self, parameters: Parameters, around: Surroundings) -> _Made:
        """Return the client for the current parameters."""
        found = await parameters.current(self.group)
        assert found is not None, "a group that has a version is set"
        return _Made(found.version, self.make(found.values, around))


class ConfiguredInstitutions:
    """Answers `institution_refunds.Institutions`."""

    def __init__(self, parameters: Parameters, around: Surroundings) -> None:
        """Take the parameters, and what the clients have of this process."""
        self._parameters = parameters
        self._around = around
        self._made: dict[Method, _Made] = {}

    async def __call__(self) -> Mapping[Method, Institution]:
        """Return the institutions that are configured now."""
        versions = await self._parameters.versions()
        wanted = {method: versions[one.group] for method, one in MERCHANTS.items() if one.group in versions}
        for method, version in wanted.items():
            made = self._made.get(method)
            if made is None or made.version != version:
                self._made[method] = await MAKERS[method].made(self._parameters, self._around)
        return {method: self._made[method].client for method in wanted}


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


MAKERS: Mapping[Method, Maker[WeChatPayGroup] | Maker[AlipayGroup]] = {
    Method.WECHAT: Maker(WeChatPayGroup, lambda group, around: WeChatInstitution(_wechat(group), around.pool)),
    Method.ALIPAY: Maker(AlipayGroup, lambda group, around: AlipayInstitution(_alipay(group), around.pool, around.clock)),
}
