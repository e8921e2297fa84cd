"""The edition that can be published: who is few is withheld, and what would give them away."""
