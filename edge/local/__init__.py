"""Serves the agent's local socket."""
