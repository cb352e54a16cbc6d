"""What happened here: append-only, irreplaceable."""
