"""Sellers' shifts: in which seller's drawer cash is."""
