"""The hardware at hand: ports, and behind them supervisor, drivers, framing and transports."""
