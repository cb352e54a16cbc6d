"""What a ticket's QR says, and how it is proved."""
