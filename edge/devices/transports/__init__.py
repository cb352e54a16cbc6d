"""Bytes to and from devices, without their meaning."""
