"""Reasoning: atoms decided over columns, literals inferred with durable-rules, statuses."""
