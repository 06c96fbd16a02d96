"""Speed, as ratios within one run: ``make bench``. Never absolute times as tests."""
