"""The proof of the recogniser: writers it was never shown, and what others make of them."""
