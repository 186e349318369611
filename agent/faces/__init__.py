"""Thin faces of the same few functions: command line, text, HTML, tools."""
