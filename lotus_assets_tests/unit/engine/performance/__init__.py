"""Properties, hand-worked edges and published examples of the performance engine."""
