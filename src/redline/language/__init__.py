"""The text of rules: two surfaces, one tree, and what can be said about a mistake in it."""
