"""Bytes to and from devices, whatever they mean."""
