"""What the service does, in plain Python: types, rules, use cases and the ports they need. Standard library only."""
