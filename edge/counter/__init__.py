"""A counter: a computer at a ticket window, whose browser page reaches scanner, card reader, printer, drawer and lamps."""
