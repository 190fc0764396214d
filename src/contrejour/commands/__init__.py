"""The commands around a mandate: `mandate`, `keys`, `review`. Each parses, calls, prints."""
