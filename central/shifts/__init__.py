"""Sellers' shifts: whose drawer cash is in."""
