"""Tickets as signed codes and as rows that gates hear of."""
