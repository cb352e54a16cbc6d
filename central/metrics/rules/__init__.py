"""What makes central ready to serve."""
