"""How many words are wrong, and how late they are: `python -m benchmarks transcription`."""
