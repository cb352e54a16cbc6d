"""Downloads the feed and uploads the journal."""
