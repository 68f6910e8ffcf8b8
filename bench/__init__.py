"""Measured comparisons: what the service reads, counts and costs."""
