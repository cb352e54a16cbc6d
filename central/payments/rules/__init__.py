"""The pure rules of payments: the states of a payment and of a refund at an institution, bills and how they match."""
