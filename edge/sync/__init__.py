"""Bringing the feed down and the journal up."""
