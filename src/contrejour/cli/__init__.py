"""Commands: `mandate`, `keys`, `review`, `watch`, `testing`. Each parses, calls, prints."""
