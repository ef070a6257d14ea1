"""Stock held for somebody until they take it, give it back, or time is over."""
