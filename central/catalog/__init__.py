"""What is sold, and where: sites and ticket types."""
