"""Claims, typed numbers and hand-written blocks of the prose."""
