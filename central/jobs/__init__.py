"""What central does by itself, and when."""
