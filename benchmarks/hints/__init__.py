"""Whether a recogniser that is told names hears them, and no others: `python -m benchmarks hints`."""
