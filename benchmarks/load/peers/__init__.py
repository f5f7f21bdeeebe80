"""Other ways to do the same work, measured beside ours with the same stub and the same callers."""
