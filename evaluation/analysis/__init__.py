"""From answers to the estimates table: plan, registers, instruments and responses go in, private tables go out.

Nothing here knows how a number will look or whether it may be shown; the gate decides
that. Every formula lives in ``statistics``; this layer chooses what is computed for whom.
"""
