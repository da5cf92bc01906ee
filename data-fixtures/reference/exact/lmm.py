"""Optima of linear mixed models in 40-digit arithmetic, by the textbook formulae.

V_i = sum_k theta_k D_ik is linear in theta (variances and covariances themselves), so that every derivative is short:
with P = V^-1 - V^-1 X Phi X' V^-1 and Phi = (X' V^-1 X)^-1

    d(-2 ll)/d theta_k             REML: tr(P D_k) - y'P D_k P y         ML: tr(V^-1 D_k) - y'P D_k P y
    d2(-2 ll)/d theta_k d theta_l  REML: -tr(P D_k P D_l) + 2 y'P D_k P D_l P y  (ML: V^-1 in the trace)

Newton's method runs from a double-precision optimum until the gradient is below 1e-30. Satterthwaite's df use the
observed information, Kenward and Roger's (Biometrics 1997, eqs 3-11) the expected one of REML; second derivatives of V
are zero. The result is printed as JSON with 25 digits. Needs Python and mpmath; `python3 lmm.py FOLDER_WITH_DATA`.
"""

import json
import sys

from mpmath import matrix, mp, mpf, nstr

from models import MODELS, blocks

mp.dps = 50


def inverse_and_log_det(v):
    chol = mp.cholesky(v)
    log_det = 2 * sum(mp.log(chol[i, i]) for i in range(v.rows))
    return mp.inverse(v), log_det


def dot(a, b):
    """tr(A'B)."""
    return sum(a[i, j] * b[i, j] for i in range(a.rows) for j in range(a.cols))


class Evaluation:
    """The sums over clusters at one theta, and what follows from them."""

    def __init__(self, clusters, theta, reml):
        self.k, self.reml = len(theta), reml
        p = clusters[0].x.cols
        self.n = sum(c.y.rows for c in clusters)
        cache = {}
        for c in clusters:
            if c.signature not in cache:
                v = sum((t * d for t, d in zip(theta[1:], c.d[1:])), theta[0] * c.d[0])
                cache[c.signature] = inverse_and_log_det(v)
        xvx, xvy, log_det = matrix(p, p), matrix(p, 1), mpf(0)
        for c in clusters:
            vi, ld = cache[c.signature]
            c.vx = vi * c.x
            xvx += c.x.T * c.vx
            xvy += c.vx.T * c.y
            log_det += ld
        self.phi = mp.inverse(xvx)
        self.beta = self.phi * xvy
        self.sums(clusters, cache)
        self.minus_two_ll = log_det + self.quadratic + self.n * mp.log(2 * mp.pi)
        if reml:
            self.minus_two_ll += mp.log(mp.det(xvx)) - p * mp.log(2 * mp.pi)
        self.derivatives()

    def sums(self, clusters, cache):
        k, p = self.k, self.phi.rows
        self.trace, self.form = matrix(k, 1), matrix(k, 1)
        self.trace2, self.form2 = matrix(k, k), matrix(k, k)
        self.pk = [matrix(p, p) for _ in range(k)]
        self.qkl = [[matrix(p, p) for _ in range(k)] for _ in range(k)]
        c_k = [matrix(p, 1) for _ in range(k)]
        self.quadratic = mpf(0)
        products = {}
        for c in clusters:
            vi = cache[c.signature][0]
            if c.signature not in products:
                products[c.signature] = [vi * d for d in c.d]
            vd = products[c.signature]
            r = c.y - c.x * self.beta
            u = vi * r
            self.quadratic += dot(r, u)
            du, dx = [d * u for d in c.d], [d * c.vx for d in c.d]
            for a in range(k):
                self.trace[a] += sum(vd[a][i, i] for i in range(vi.rows))
                self.form[a] += dot(u, du[a])
                self.pk[a] -= c.vx.T * dx[a]
                c_k[a] += c.vx.T * du[a]
                vdx, vdu = vi * dx[a], vi * du[a]
                for b in range(k):
                    self.trace2[a, b] += dot(vd[a].T, vd[b])
                    self.qkl[b][a] += dx[b].T * vdx
                    self.form2[a, b] += dot(du[b], vdu)
        for a in range(k):
            for b in range(k):
                self.form2[a, b] -= dot(c_k[a], self.phi * c_k[b])

    def derivatives(self):
        k, phi = self.k, self.phi
        phi_p = [phi * pk for pk in self.pk]
        reml_trace = [sum(m[i, i] for i in range(m.rows)) for m in phi_p]
        trace_pp = matrix(k, k)
        for a in range(k):
            for b in range(k):
                trace_pp[a, b] = self.trace2[a, b] - 2 * dot(phi, self.qkl[a][b]) + dot(phi_p[a].T, phi_p[b])
        self.expected = trace_pp / 2
        self.gradient, self.hessian = matrix(k, 1), matrix(k, k)
        for a in range(k):
            self.gradient[a] = self.trace[a] - self.form[a] + (reml_trace[a] if self.reml else 0)
            for b in range(k):
                curve = trace_pp[a, b] if self.reml else self.trace2[a, b]
                self.hessian[a, b] = 2 * self.form2[a, b] - curve


def optimum(clusters, start, reml):
    theta = matrix(start)
    for _ in range(40):
        at = Evaluation(clusters, list(theta), reml)
        if max(abs(g) for g in at.gradient) < mpf(10) ** -30:
            return theta, at
        theta -= mp.inverse(at.hessian) * at.gradient
    raise SystemExit("no convergence")


def satterthwaite(at, l):
    """Standard error of l'beta and the df of its variance, from the observed information."""
    variance = dot(l, at.phi * l)
    slope = gradient_of_variance(at, l)
    return mp.sqrt(variance), 2 * variance**2 / dot(slope, 2 * mp.inverse(at.hessian) * slope)


def gradient_of_variance(at, l):
    return matrix([-dot(at.phi * l, pk * (at.phi * l)) for pk in at.pk])


def kenward_roger(at, w, l):
    """Standard error and df of l'beta, where w is the covariance of theta."""
    phi, k = at.phi, at.k
    variance, slope = dot(l, phi * l), gradient_of_variance(at, l)
    middle = matrix(phi.rows, phi.rows)
    for a in range(k):
        for b in range(k):
            middle += w[a, b] * (at.qkl[a][b] - at.pk[a] * phi * at.pk[b])
    adjusted = phi + 2 * phi * middle * phi
    a1 = dot(slope, w * slope) / variance**2
    b = mpf(7) / 2 * a1
    g = (2 * a1 - 5 * a1) / (3 * a1)
    c = 3 + 2 * (1 - g)
    scale = 1 / (1 - a1)
    spread = 2 * (1 + g / c * b) / ((1 - (1 - g) / c * b) ** 2 * (1 - (3 - g) / c * b))
    rho = spread / (2 * scale**2)
    return mp.sqrt(dot(l, adjusted * l)), 4 + 3 / (rho - 1)


def solve(model, folder):
    clusters, names = blocks(model, folder)
    theta, at = optimum(clusters, model["start"], model["reml"])
    expected, observed = mp.inverse(at.expected), 2 * mp.inverse(at.hessian)
    result = {"minus_two_log_likelihood": at.minus_two_ll, "theta": dict(zip(model["theta"], theta)), "coef": {}}
    for i, name in enumerate(names):
        l = matrix(len(names), 1)
        l[i] = 1
        se, df = satterthwaite(at, l)
        kr_se, kr_df = kenward_roger(at, expected, l)
        kro_se, kro_df = kenward_roger(at, observed, l)
        result["coef"][name] = {"estimate": at.beta[i], "se": se, "satterthwaite": df, "kr_se": kr_se, "kr": kr_df,
                                "kr_observed_se": kro_se, "kr_observed": kro_df}
    return result


def printed(value):
    return {k: printed(v) for k, v in value.items()} if isinstance(value, dict) else nstr(value, 25)


if __name__ == "__main__":
    chosen = [m for m in MODELS if len(sys.argv) < 3 or m["id"] in sys.argv[2:]]
    for model in chosen:
        print(json.dumps({model["id"]: printed(solve(model, sys.argv[1]))}), flush=True)
