"""The pure rules of whom an order is due to."""
