"""The shop of agents: its services, made over those of the office."""

from dataclasses import dataclass

from central.catalog.categories import Categories
from central.payments.service import Payments
from central.refunds.service import Refunds
from central.sales.activation import ActivationCodes
from central.sales.availability import Availability
from central.sales.data_scope import OrderScopeGuard
from central.sales.service import Sales
from central.shop.catalogue import Catalogues
from central.shop.own_sales import OwnSales
from central.shop.papers import Papers
from central.shop.payments import PaymentNews, ShopPayments
from central.shop.proofs import Proofs, SiteKeyring
from central.shop.returns import Returns
from central.shop.sellers import SellingAgents
from central.shop.unprinted import UnprintedOrders
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Trades:
    """The services of the office that the shop sells by."""

    categories: Categories
    availability: Availability
    sales: Sales
    scope_guard: OrderScopeGuard
    payments: Payments
    refunds: Refunds
    activation: ActivationCodes


class Shop:
    """What agents that sell ask for."""

    def __init__(self, store: Store, trades: Trades, keys: SiteKeyring, seal: FieldSeal) -> None:
        """Take the store, the office's services, the keys that hash documents, and the seal that hashes phone numbers."""
        self.agents = SellingAgents(store)
        self.catalogues = Catalogues(store, trades.categories)
        self.availability, self.activation = trades.availability, trades.activation
        self.news = PaymentNews()
        self.sales = OwnSales(trades.sales, trades.scope_guard)
        self.payments = ShopPayments(trades.payments, self.sales, self.news)
        proofs = Proofs(store, keys, seal)
        self.papers = Papers(store, proofs)
        self.unprinted = UnprintedOrders(store)
        self.returns = Returns(store, proofs, trades.refunds)
