"""What lists and searches cost when there are many past calls: `python -m benchmarks history`."""
