"""The gate: private estimates in, published tables out. Re-exports nothing, so that import contracts stay visible."""
