"""WeChat Pay and Alipay as servers on the loopback address, with a bank behind them and their faults."""
