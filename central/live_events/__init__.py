"""Telling live streams what has changed."""
