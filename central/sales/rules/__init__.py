"""The pure rules of a sale: pricing, quotas, rescheduling, activation."""
