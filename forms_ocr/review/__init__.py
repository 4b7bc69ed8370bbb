"""People decide on what the machine doubts: the desk behind the pages."""
