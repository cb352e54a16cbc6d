"""What the bytes of devices mean. Pure: no I/O, and time is an argument."""
