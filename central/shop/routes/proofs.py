"""What a visitor shows or says to an agent, as bodies of calls state it."""

from typing import Annotated

from pydantic import Field, model_validator

from central.domain.field_messages import unfit
from central.sales.routes.orders import BuyerPhone
from central.sales.routes.shown import ShownFields
from central.shop.messages import ONE_PROOF, PHONE_AND_ORDER
from central.shop.proofs import Proof


class ShownProofBody(ShownFields):
    """One of: a ticket's code or a payment's number as it was scanned; a document; the buyer's phone and the order's number."""

    phone: Annotated[BuyerPhone, Field(description="buyer's phone number; it goes with order_id")] = None
    order_id: Annotated[int | None, Field(ge=1, lt=2**63, description="number of the order; it goes with phone")] = None

    @model_validator(mode="after")
    def _one_way(self) -> "ShownProofBody":
        if (self.phone is None) != (self.order_id is None):
            raise unfit(PHONE_AND_ORDER.of())
        if [self.text, self.document, self.phone].count(None) != 2:  # noqa: PLR2004 - two of three
            raise unfit(ONE_PROOF.of())
        return self

    def proof(self) -> Proof:
        """Return it as the service takes it."""
        document = None if self.document is None else self.document.stated()
        return Proof(self.text, document, self.phone, self.order_id)
