"""Contrejour: see what happens, never who."""

__version__ = "0.1.0"
