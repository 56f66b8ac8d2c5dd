"""Alerts and recording rules, made from the table of findings."""
