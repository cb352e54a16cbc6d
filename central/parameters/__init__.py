"""Settings of the business, by group, that take effect without a restart."""
