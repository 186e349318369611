"""The tools as they are called from outside: one module each, with what goes in, what comes out, and when not to use it."""
