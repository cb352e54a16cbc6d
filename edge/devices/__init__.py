"""The hardware of a lane: ports, and behind them supervisor, drivers, framing and transports."""
