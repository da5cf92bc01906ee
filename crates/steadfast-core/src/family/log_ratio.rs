//! ln(1 + u)/u, which tells the negative binomial from the Poisson, down to u = 0.

/// Below this, closed forms lose more digits to cancellation than the series has terms.
const SMALL: f64 = 0.25;

/// ¼³⁰ is 1e-18.
const TERMS: i32 = 30;

/// ln(1 + u)/u with its first and second derivative, for u ≥ 0.
pub(super) fn log_ratio(u: f64) -> [f64; 3] {
    if u < SMALL {
        // Σ (−u)ⁿ/(n + 1) and its derivatives, by Horner's rule.
        let mut sums = [0.0; 3];
        for n in (0..TERMS).rev() {
            let n = f64::from(n);
            sums[0] = 1.0 / (n + 1.0) - u * sums[0];
            sums[1] = -(n + 1.0) / (n + 2.0) - u * sums[1];
            sums[2] = (n + 1.0) * (n + 2.0) / (n + 3.0) - u * sums[2];
        }
        return sums;
    }
    let (log, inverse) = (libm::log1p(u), 1.0 / (1.0 + u));
    let slope = (inverse - log / u) / u;
    // u L = ln(1 + u), so that u L'' = −(1 + u)⁻² − 2 L'.
    [log / u, slope, -(inverse * inverse + 2.0 * slope) / u]
}
