"""Faults around an agent, each made for real, and what must hold after each of them."""
