"""The record of what happened at this agent: append-only, irreplaceable."""
