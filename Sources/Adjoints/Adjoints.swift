// Adjoints
