"""The components that a stack is made of."""
