"""The rules and formats that edge and central must agree on. Pure: no clock, no file, no socket, no logging."""
