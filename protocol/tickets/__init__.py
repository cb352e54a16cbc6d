"""The content of a ticket's QR, and its proof."""
