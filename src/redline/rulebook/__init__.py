"""The rule book: names resolved once, types and units checked, each thing with its time in force."""
