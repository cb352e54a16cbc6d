"""The rules of the shop, as pure functions."""
