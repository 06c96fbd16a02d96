"""The gate: estimates in, published objects out."""
