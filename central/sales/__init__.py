"""Orders, from the quote to the tickets in hand."""
