"""How a season unfolds: which fairs there are, who comes to each, what happens there and what becomes of it."""
