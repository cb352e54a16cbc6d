"""One device's computer: gate, handheld, kiosk."""
