"""The rule book: names resolved once, types and units checked, everything with its time."""
