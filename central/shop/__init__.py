"""The shop of kiosks and counters: enrolled agents that sell, print and take back by their own key."""
