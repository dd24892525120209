"""Statistical decisions with proven error bounds, and the ledger that adds them up.

Each test takes the chance `alpha` of rejecting independent draws that are right, holds it by
a finite-sample inequality (no normal approximation), and enters it in the ledger.
"""

import math

import numpy as np

# The chance that one statistical decision wrongs a right solution. A grading makes some
# eighty of them; their sum must stay below 1e-9 (`validate` prints it).
ALPHA = 1e-12


class Ledger:
    """Adds up the error bounds of the decisions taken with it (union bound)."""

    def __init__(self):
        self.total = 0.0

    def enter(self, alpha):
        self.total += alpha
        return alpha


def bernoulli_divergence(q, p):
    """Kullback-Leibler divergence of Bernoulli(q) from Bernoulli(p), in nats."""

    def term(a, b):
        if a == 0:
            return 0.0
        return math.inf if b == 0 else a * math.log(a / b)

    return term(q, p) + term(1 - q, 1 - p)


def count_fits(ledger, count, n, p, alpha=ALPHA):
    """Whether `count` successes in n draws fit probability p.

    Chernoff: P(n KL(count/n || p) >= t) <= 2 exp(-t).
    """
    ledger.enter(alpha)
    return n * bernoulli_divergence(count / n, p) <= math.log(2 / alpha)


def fraction_interval(n, p, alpha=ALPHA):
    """The fractions that count_fits accepts, (low, high), for messages."""
    limit = math.log(2 / alpha) / n

    def edge(inside, outside):
        for _ in range(60):
            middle = (inside + outside) / 2
            if bernoulli_divergence(middle, p) <= limit:
                inside = middle
            else:
                outside = middle
        return inside

    return edge(p, 0.0), edge(p, 1.0)


def agree_by_pairs(ledger, first, second, rng, alpha=ALPHA):
    """Whether paired 0/1 draws look like one another more (or less) than independent ones.

    first, second: 1-D arrays of draws, paired by position; each entry used once. The pairs
    are matched up at random, and over matched pairs (a, c), (b, d) the mean of
    (a - b)(c - d) is compared with Hoeffding's bound for a mean of n terms in [-1, 1]:
    it has expectation 0 for independent draws of ANY common probability, and twice their
    covariance otherwise. Returns (dependent, estimated correlation).
    """
    ledger.enter(alpha)
    order = rng.permutation(len(first))
    first, second = first[order].astype(float), second[order].astype(float)
    half = len(first) // 2
    a, b = first[:half], first[half : 2 * half]
    c, d = second[:half], second[half : 2 * half]
    mean = float(np.mean((a - b) * (c - d)))
    spread = float(np.mean((a - b) ** 2 + (c - d) ** 2)) / 2
    dependent = abs(mean) > math.sqrt(2 * math.log(2 / alpha) / half)
    return dependent, mean / spread if spread else 0.0


def means_differ(ledger, group_a, group_b, alpha=ALPHA):
    """Whether two groups of independent 0/1 draws have different success probabilities.

    Hoeffding for a difference of means: 2 exp(-2 t^2 / (1/n_a + 1/n_b)).
    """
    ledger.enter(alpha)
    difference = float(np.mean(group_a)) - float(np.mean(group_b))
    limit = math.sqrt(math.log(2 / alpha) / 2 * (1 / len(group_a) + 1 / len(group_b)))
    return abs(difference) > limit


def sum_is_biased(ledger, terms, variances, alpha=ALPHA):
    """Whether independent terms add up to more than chance allows if each has mean 0.

    variances: known bounds on the terms' variances; nothing else is asked of the distributions.
    For any x, exp(x - x^2/6) <= 1 + x + x^2/3, so for a term e with mean 0 and variance <= v
    E exp(t e - t^2 e^2/6) <= 1 + t^2 v/3 <= exp(t^2 v/3); the product over the terms gives, for a
    t chosen beforehand,
        P(|sum| >= t (sum of e^2 / 6 + sum of v / 3) + log(2 / alpha) / t) <= alpha
    (after B. Delyon, Exponential inequalities for sums of weakly dependent variables, Electronic
    Journal of Probability 14, 2009). The first t is best for small terms, the others are
    for terms far larger than their bound on the variance allows.
    """
    ledger.enter(alpha)
    sizes = (1.0, 1e-3, 1e-6, 1e-10)
    limit = math.log(2 * len(sizes) / alpha)
    bound, squares = float(np.sum(variances)) / 3, float(np.sum(np.square(terms))) / 6
    best, total = math.sqrt(limit / bound), abs(float(np.sum(terms)))
    return any(total > t * (squares + bound) + limit / t for t in (size * best for size in sizes))


def most_likely_count(n, p):
    """The largest probability of any one count in Binomial(n, p)."""
    mode = min(n, int((n + 1) * p))
    log = math.lgamma(n + 1) - math.lgamma(mode + 1) - math.lgamma(n - mode + 1)
    return math.exp(log + mode * math.log(p) + (n - mode) * math.log1p(-p))


def counts_never_vary(ledger, counts, n, p):
    """Whether independent counts of n draws each are all the same.

    For Binomial(n, p) that has at most the chance (largest probability of a count) ** (k - 1).
    """
    ledger.enter(most_likely_count(n, p) ** (len(counts) - 1))
    return len(set(counts)) == 1
