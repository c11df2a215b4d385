"""What is decided about a message, from values alone: `decide.decide`."""
