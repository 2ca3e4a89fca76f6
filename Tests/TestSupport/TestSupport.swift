// Oracles and law checkers.
