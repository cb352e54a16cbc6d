"""A ticket type as it is sold. Pure."""

from dataclasses import dataclass

from central.catalog.parameters import TicketTypeParameters
from protocol.admission.policy import Product
from protocol.identifiers import ProductId


@dataclass(frozen=True, slots=True)
class TicketType:
    """A ticket type by its number; the price is per person."""

    type_id: ProductId
    parameters: TicketTypeParameters
    price_fen: int
    is_on_sale: bool

    def product(self) -> Product:
        """Return it as gates know it."""
        return self.parameters.stated(self.type_id)
