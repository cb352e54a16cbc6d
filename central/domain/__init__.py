"""What rules and services may name, and no more: refusals, callers, idempotency keys, texts, local times, pages.

Laws: no HTTP, no tables, no clock.
"""
