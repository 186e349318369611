"""What a plan must satisfy, who must sign, when to escalate or abstain. Data and pure functions."""
