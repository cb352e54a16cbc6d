"""The meaning of the bytes of devices. Pure: no I/O, and time is an argument."""
