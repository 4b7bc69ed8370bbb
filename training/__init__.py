"""Trains the digit network from public handwriting; nothing at run time needs this package."""
