"""The pure rules of refunds: the fence, and the amounts."""
