"""High-precision values of distribution functions, written as CSV beside this script.

Run: python3 make_grid.py        (mpmath 1.3; gmpy2 makes it faster and changes nothing)

Each row is made in two steps. (1) For a tail probability `p` (an exact double) the quantile is found by Newton's method
on ln(tail), with 50 digits. (2) The quantile is rounded to the double `x`, and both tails are computed at exactly that x.
Inputs are printed so that they read back to the same double, results with 22 significant digits.

The tail is the integral of the density on the axis w = logit x (beta, F, t) or w = ln x (gamma), by Gauss-Legendre
panels that are bisected until two orders agree to 30 digits; the normalising constant is mpmath's loggamma. Where
mpmath's betainc and gammainc (hypergeometric series) can reach the point, they must agree to 25 digits, or the script
stops: the two methods have nothing in common.
"""

import csv
import sys

import mpmath
from mpmath import mp, mpf

mp.dps = 60
INF = float("inf")
RULES = {}
for degree in (4, 5):  # 24 and 48 nodes
    RULES[degree] = mpmath.calculus.quadrature.GaussLegendre(mp).get_nodes(-1, 1, degree, mp.prec)


def panel(f, a, b, degree):
    middle, half = (a + b) / 2, (b - a) / 2
    return half * mp.fsum(w * f(middle + half * x) for x, w in RULES[degree])


def integrate(f, a, b, floor, depth=0):
    fine = panel(f, a, b, 5)
    if depth > 40:
        raise ArithmeticError("panel does not settle")
    if abs(fine - panel(f, a, b, 4)) <= mpf(10) ** -30 * max(abs(fine), floor):
        return fine
    middle = (a + b) / 2
    return integrate(f, a, middle, floor, depth + 1) + integrate(f, middle, b, floor, depth + 1)


def reach(g, outward, scale):
    """The integral of exp(g(s)) over s >= 0, by panels that grow; it is far above scale/1000."""
    total, left, width = mpf(0), mpf(0), scale
    while True:
        total += integrate(lambda s: mp.exp(g(s)), left, left + width, max(total, scale / 1000))
        left += width
        width *= 2 if g(left) > -0.5 or width < left / 4 else 1
        if g(left) < -85:
            return total


class BetaLaw:
    """The F ratio r with 2a and 2b degrees of freedom: the odds of a beta variable over the odds of its mean."""

    def __init__(self, a, b):
        self.a, self.b = mpf(a), mpf(b)
        self.ln_beta = mp.loggamma(self.a) + mp.loggamma(self.b) - mp.loggamma(self.a + self.b)

    def ln_density(self, ratio):
        a, b = self.a, self.b
        odds = ratio * a / b
        return a * mp.log(odds) - (a + b) * mp.log1p(odds) - self.ln_beta

    def reach(self, ratio, side):
        a, b = self.a, self.b
        odds = ratio * a / b
        x = odds / (1 + odds)
        sign = -1 if side == "lower" else 1
        g = lambda s: a * sign * s - (a + b) * mp.log1p(x * mp.expm1(sign * s))
        slope, curvature = abs((a + b) * x - a), (a + b) * x * (1 - x)
        return reach(g, sign, 2 / (slope + mp.sqrt(slope**2 + 2 * curvature)))

    def other_way(self, ratio):
        if max(self.a, self.b) > 2e3 or not mpf(10) ** -9 < ratio < mpf(10) ** 9:
            return None
        odds = ratio * self.a / self.b
        x, y = odds / (1 + odds), 1 / (1 + odds)
        return mp.betainc(self.a, self.b, 0, x, regularized=True), mp.betainc(self.b, self.a, 0, y, regularized=True)


class GammaLaw:
    """The ratio r of a gamma variable with shape a to its mean."""

    def __init__(self, a):
        self.a = mpf(a)

    def ln_density(self, ratio):
        x = self.a * ratio
        return self.a * mp.log(x) - x - mp.loggamma(self.a)

    def reach(self, ratio, side):
        a, x = self.a, self.a * ratio
        sign = -1 if side == "lower" else 1
        g = lambda s: a * sign * s - x * mp.expm1(sign * s)
        slope = abs(x - a)
        return reach(g, sign, 2 / (slope + mp.sqrt(slope**2 + 2 * x)))

    def other_way(self, ratio):
        if self.a > 2e3:
            return None
        x = self.a * ratio
        return mp.gammainc(self.a, 0, x, regularized=True), mp.gammainc(self.a, x, mp.inf, regularized=True)


def tails(law, ratio):
    """(lower, upper) at a ratio to the mean; the smaller side integrated, the other its complement to 60 digits."""
    side = "lower" if ratio <= 1 else "upper"
    outer = mp.exp(law.ln_density(ratio)) * law.reach(ratio, side)
    result = (outer, 1 - outer) if side == "lower" else (1 - outer, outer)
    check = law.other_way(ratio)
    if check is not None:
        for mine, theirs in zip(result, check):
            # The hypergeometric complement is a difference inside mpmath: compare the smaller side only.
            if mine <= mpf("0.5") and abs(mine / theirs - 1) > mpf(10) ** -25:
                raise ArithmeticError(f"{mine} and {theirs} at {ratio}")
    return result


def quantile_ratio(law, side, p):
    """The ratio whose tail on `side` is p."""
    if side == "lower":
        target_side, target = ("lower", mpf(p)) if p <= tails(law, mpf(1))[0] else ("upper", 1 - mpf(p))
    else:
        target_side, target = ("upper", mpf(p)) if p <= tails(law, mpf(1))[1] else ("lower", 1 - mpf(p))
    sign = -1 if target_side == "lower" else 1
    evaluate = lambda w: (lambda r, j: (law.ln_density(r) + mp.log(j) - mp.log(target), j))(
        mp.exp(w), law.reach(mp.exp(w), target_side)
    )
    step = law.reach(mpf(1), target_side)
    w = sign * step
    while evaluate(w)[0] > 0:
        step *= 2
        w = sign * step
        if abs(w) > 5000:
            return None
    for _ in range(200):
        excess, j = evaluate(w)
        w += sign * excess * j
        if abs(excess) < mpf(10) ** -24:
            return mp.exp(w)
    raise ArithmeticError("no quantile")


def digits(x):
    return mp.nstr(x, 22, min_fixed=1, max_fixed=0) if x != 0 else "0"


def law_of_f(d1, d2):
    """The law of a ratio, and how an F quantile follows from it."""
    if d1 < INF and d2 < INF:
        return BetaLaw(mpf(d1) / 2, mpf(d2) / 2), False
    return (GammaLaw(mpf(d1) / 2), False) if d2 == INF else (GammaLaw(mpf(d2) / 2), True)


OTHER = {"lower": "upper", "upper": "lower"}
PROBABILITIES = [1e-290, 1e-30, 1e-3, 0.05, 0.4]


def write(name, header, rows):
    with open(name, "w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        count = 0
        for row in rows:
            writer.writerow(row)
            count += 1
    print(name, count, file=sys.stderr)


def representable(x):
    return x is not None and mpf("1e-290") < x < mpf("1e290")


def rows_f():
    sizes = [1e-3, 0.3, 1.0, 4.0, 37.5, 1e3, 1e7, 1e12, INF]
    for d1 in sizes:
        for d2 in sizes:
            if d1 == INF and d2 == INF:
                continue
            law, inverse = law_of_f(d1, d2)
            for side in ("lower", "upper"):
                for p in PROBABILITIES:
                    ratio = quantile_ratio(law, OTHER[side] if inverse else side, p)
                    if not representable(ratio):
                        continue
                    quantile = 1 / ratio if inverse else ratio
                    x = float(quantile)
                    lower, upper = tails(law, 1 / mpf(x) if inverse else mpf(x))
                    if inverse:
                        lower, upper = upper, lower
                    yield [repr(d1), repr(d2), side, repr(p), digits(quantile), repr(x), digits(lower), digits(upper)]


def rows_chi_squared():
    for df in [1e-3, 0.05, 0.5, 1.0, 2.7, 17.0, 100.0, 1e3, 1e5, 1e7, 1e9, 1e12]:
        law = GammaLaw(mpf(df) / 2)
        for side in ("lower", "upper"):
            for p in PROBABILITIES:
                ratio = quantile_ratio(law, side, p)
                if not representable(ratio):
                    continue
                x = float(ratio * mpf(df))
                lower, upper = tails(law, mpf(x) / mpf(df))
                yield [repr(df), side, repr(p), digits(ratio * mpf(df)), repr(x), digits(lower), digits(upper)]


def rows_t():
    for df in [1e-3, 0.05, 0.5, 1.0, 2.7, 17.0, 100.0, 1e3, 1e5, 1e7, 1e9, 1e12]:
        law = BetaLaw(mpf(1) / 2, mpf(df) / 2)
        for q in [0.4999, 0.4, 0.25, 0.1, 0.025, 0.005, 1e-4, 1e-8, 1e-16, 1e-50, 1e-100, 1e-290]:
            square = quantile_ratio(law, "upper", 2 * q)  # 2q is exact in binary
            if not representable(square):
                continue
            x = float(mp.sqrt(square))
            upper = tails(law, mpf(x) ** 2)[1] / 2
            yield [repr(df), repr(q), digits(mp.sqrt(square)), repr(x), digits(upper)]
    for q in [0.4999, 0.4, 0.25, 0.1, 0.025, 0.005, 1e-4, 1e-8, 1e-16, 1e-50, 1e-100, 1e-200, 1e-290]:
        guess = mpf(0)
        for _ in range(400):
            upper = mp.erfc(guess / mp.sqrt(2)) / 2
            step = (mp.log(upper) - mp.log(mpf(q))) * upper / mp.npdf(guess)
            guess += step
            if abs(step) < mpf(10) ** -40:
                break
        x = float(guess)
        yield ["inf", repr(q), digits(guess), repr(x), digits(mp.erfc(mpf(x) / mp.sqrt(2)) / 2)]


def rows_beta():
    for a, b in [(1e-3, 2.0), (0.5, 0.5), (1.0, 1.0), (2.0, 3.5), (0.3, 40.0), (25.0, 1e4), (1e5, 1e5), (3e6, 2e3), (1e9, 7e8)]:
        law = BetaLaw(a, b)
        for side in ("lower", "upper"):
            for p in PROBABILITIES:
                ratio = quantile_ratio(law, side, p)
                if not representable(ratio):
                    continue
                odds = ratio * mpf(a) / mpf(b)
                x = float(odds / (1 + odds))
                if x == 1.0:
                    continue
                lower, upper = tails(law, mpf(x) / (1 - mpf(x)) * mpf(b) / mpf(a))
                quantile = digits(odds / (1 + odds))
                yield [repr(a), repr(b), side, repr(p), quantile, repr(x), digits(lower), digits(upper)]


def rows_gamma_function():
    for x in [1e-8, 5e-4, 0.1, 0.5, 0.99, 1.3, 1.4616321449683623, 2.5, 7.0, 9.99, 10.0, 33.3, 1e3, 1e6, 1e12]:
        x_mp = mpf(x)
        yield [repr(x), digits(mp.loggamma(x_mp)), digits(mp.psi(0, x_mp)), digits(mp.psi(1, x_mp))]


F = ["side", "p", "quantile", "x", "cdf", "sf"]
write("gamma_function.csv", ["x", "ln_gamma", "digamma", "trigamma"], rows_gamma_function())
write("student_t.csv", ["df", "upper_p", "quantile", "x", "sf"], rows_t())
write("chi_squared.csv", ["df"] + F, rows_chi_squared())
write("beta.csv", ["a", "b"] + F, rows_beta())
write("fisher_f.csv", ["d1", "d2"] + F, rows_f())
