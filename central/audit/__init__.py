"""What people did, recorded with the doing."""
