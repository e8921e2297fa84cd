"""The scenes of a world: one theme to a module, each a short story that is played among the ordinary work."""
