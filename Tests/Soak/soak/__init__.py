"""Watches an agent for a long time, under connections that come and go."""
