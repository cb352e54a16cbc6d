"""Promoters: whom an order is due to."""
