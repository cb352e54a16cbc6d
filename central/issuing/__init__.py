"""Tickets as signed codes and as rows that gates are told of."""
