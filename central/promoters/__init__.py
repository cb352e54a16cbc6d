"""Promoters, and the orders that are credited to them."""
