"""What the live channel decides."""
