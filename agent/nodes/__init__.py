"""One node a file, named for its verb. A node reads, does one thing, writes; its signature shows all three."""
