"""The agent: the only place with a graph, a model, a wire or a screen."""
