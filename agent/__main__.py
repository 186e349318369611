"""`python -m agent` is `carewright`."""

from agent.faces.cli import main

main()
