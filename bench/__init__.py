"""How fast the line is, as ratios measured in one run: absolute times of a shared machine say little."""
