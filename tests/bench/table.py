"""Figures beside what they are compared with."""


class Table:
    """A figure beside what it is compared with, and its budget. One over its budget is said to be so; the bench fails
    only beyond `fails_at`, which leaves room for a noisy machine and for what is known to be over."""

    def __init__(self):
        self.broken = []

    def row(self, what, ours, theirs, ratio=None, budget=None, fails_at=None):
        verdict = ""
        if budget is not None:
            broken = ratio > (fails_at or budget)
            word = "BROKEN" if broken else "over" if ratio > budget else ""
            verdict = f"{'at most':>8} {self.number(budget):<6} {word}"
            if broken:
                self.broken.append(what)
        shown = "" if ratio is None else self.number(ratio)
        print(f"bench: {what:<24} {ours:>10}  {theirs:<26} {shown:>7} {verdict}".rstrip())

    @staticmethod
    def number(ratio):
        return f"1/{1 / ratio:.0f}" if 0 < ratio < 0.5 else f"{ratio:.2f}"

    def end(self):
        print(f"{'1 failed' if self.broken else '1 passed'}")
        return 1 if self.broken else 0
