"""Devices behind the ports: a framing over a transport."""
