"""Training of the network that reads digits on a line without cells; ``python -m training.numbers``."""
