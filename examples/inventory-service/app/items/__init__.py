"""Items and how many of them there are."""
