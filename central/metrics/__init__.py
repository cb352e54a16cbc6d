"""How central itself is: whether it lives, whether it can serve, and its figures for Prometheus."""
