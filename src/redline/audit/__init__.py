"""Audit: records of checks that can be judged again."""
