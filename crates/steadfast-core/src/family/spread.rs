//! ln f of a negative binomial, above that of the saturated Poisson.

use super::log_ratio::log_ratio;
use super::poisson::above_saturated;
use crate::special::stirling_remainder;

/// From here on Stirling's form loses less than the sums of logarithms.
const LARGE: f64 = 64.0;

/// ln f(y) of the negative binomial with mean e^η and variance μ + κμ², less the saturated Poisson's; `rising` is the logarithm of
/// the product of 1 + κj over j < y.
///
/// Large counts have numbers of the size y ln y on both sides of every minus; with r = 1/κ and Stirling's remainder Δ these are
/// y ln{1 + (μ − y)/(y + κμy)} + r ln{1 + κ(y − μ)/(1 + κμ)} − ½ ln(1 + κy) + Δ(y + r) − Δ(r), of the size of the answer.
pub(super) fn above(y: f64, eta: f64, kappa: f64, rising: f64) -> f64 {
    let mu = libm::exp(eta);
    let u = kappa * mu;
    if y < LARGE {
        let taken = if y > 0.0 { y * libm::log1p(u) } else { 0.0 };
        return above_saturated(y, eta) + rising - taken - mu * log_ratio(u)[0];
    }
    let inflated = 1.0 + u;
    let change = (mu - y) / (y * inflated);
    // Far below the count the ratio itself has the digits that 1 + change has lost.
    let first = if change > -0.5 { libm::log1p(change) } else { libm::log(mu * (1.0 + kappa * y) / (y * inflated)) };
    let first = y * first;
    let apart = (y - mu) / inflated;
    if kappa == 0.0 {
        return first + apart;
    }
    let size = 1.0 / kappa;
    let remainders = if size.is_finite() { stirling_remainder(y + size) - stirling_remainder(size) } else { 0.0 };
    first + libm::log1p(kappa * apart) / kappa - 0.5 * libm::log1p(kappa * y) + remainders
}
