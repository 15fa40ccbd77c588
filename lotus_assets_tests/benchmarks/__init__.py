"""Speed at the scale that the issues name; run by `make bench` only."""
