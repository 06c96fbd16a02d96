"""The attacker: what an outsider could work out from what was published.

Shares no code with the gate, reads published files only, and knows what is public: the plan, the registers,
the codebook and the rule in ``docs/disclosure.md``. Start with :mod:`evaluation.disclosure.attack.run`.
"""
