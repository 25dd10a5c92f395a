"""Medians and the table."""

import statistics


class Results:
    """The rounds of one case: one list of results for each target, the first being what the others are held against."""

    def __init__(self, case, rounds):
        self.case, self.rounds = case, rounds

    def median(self, target, name):
        values = [r[name] for r in self.rounds[target] if r.get(name) is not None]
        return statistics.median(values) if values else None

    def cpu(self, target):
        return self.median(target, "cpu_us")

    def core(self, target):
        """Requests a second of the server's CPU time."""
        return 1e6 / self.cpu(target)

    def p50(self, target):
        return self.median(target, "p50_us")

    def of_echo(self, target):
        """What a core yields, of what it yields for the first target; round by round, since the rounds are in turn."""
        return statistics.median(first["cpu_us"] / other["cpu_us"] for first, other in zip(self.rounds[0], self.rounds[target]))

    def times(self, label, target):
        """How many times a target yields what another one does; None when that one is not there."""
        at = next((i for i, other in enumerate(self.case.targets) if other.label == label), None)
        return self.cpu(at) / self.cpu(target) if at is not None else None

    def goodput(self):
        return statistics.median(r["rate"] / r["capacity"] for r in self.rounds[0])

    def refusals(self):
        return self.median(0, "refused_p99_us")

    def verdict(self):
        return None if self.case.check is None else bool(self.case.check(self))

    def as_json(self):
        names = sorted({name for rounds in self.rounds for r in rounds for name in r})
        return {"case": self.case.key, "title": self.case.title, "goal": self.case.goal, "met": self.verdict(), "targets": [
            {"label": target.label, "rounds": len(self.rounds[i]), **({} if self.case.kind == "overload" else {"of_first": self.of_echo(i)}),
             **{name: self.median(i, name) for name in names}} for i, target in enumerate(self.case.targets)]}


def markdown(setting, results, absent, left_out, notes):
    lines = [f"### {setting}", "", "| case | server | requests/s | CPU µs/request | requests/s of a core | p50 | of the first | goal |", "|---|---|--:|--:|--:|--:|--:|---|"]
    for result in results:
        lines += overload(result) if result.case.kind == "overload" else rows(result)
    lines += [f"| {case} | {label} | not available | | | | | {reason} |" for case, label, reason in absent]
    lines += [""] + [f"- Left out: {name}. `{command}` brings it." for name, command in left_out] + [f"- {note}" for note in notes]
    return "\n".join(lines)


def rows(result):
    for i, target in enumerate(result.case.targets):
        goal = "" if i > 0 or not result.case.goal else f"{result.case.goal}: **{'met' if result.verdict() else 'not met'}**"
        share = "" if i == 0 else f"{result.of_echo(i):.0%}"
        yield (f"| {result.case.title if i == 0 else ''} | {target.label} | {result.median(i, 'rate'):,.0f} | {result.cpu(i):,.1f} | {result.core(i):,.0f} | "
               f"{time(result.p50(i))} | {share} | {goal} |")


def overload(result):
    one = lambda name: result.median(0, name)
    yield (f"| {result.case.title} | {result.case.targets[0].label} | {one('rate'):,.0f} good, {one('answered'):,.0f} answered, {one('offered'):,.0f} aimed at, capacity {one('capacity'):,.0f} | {one('cpu_us'):,.1f} | | "
           f"{time(one('p50_us'))} | {result.goodput():.0%} of capacity; {one('refused'):.0%} refused, p99 {time(one('refused_p99_us'))} | "
           f"{result.case.goal}: **{'met' if result.verdict() else 'not met'}** |")


def time(microseconds):
    if microseconds is None:
        return "–"
    return f"{microseconds:,.0f} µs" if microseconds < 1000 else f"{microseconds / 1000:,.1f} ms"
