//! ∫₀^∞ exp(g(s)) ds for a concave exponent g that starts at g(0) = 0 and falls to −∞.

/// The first step of the trapezoid in τ; each further level halves it.
const FIRST_STEP: f64 = 0.25;

/// Where the sum starts: s is there below 1e-18 of the scale.
const FIRST_NODE: f64 = -3.75;

/// Two levels that agree so far: the error of the finer is the square of the coarser's, below the last place.
const AGREEMENT: f64 = 1e-9;

/// Levels at most; the sharpest integrands met on the grid of references needed 6.
const LEVELS: usize = 10;

/// Nodes to the right at most, so that no exponent whatever can keep the sum from ending.
const MAX_NODES: usize = 4_000;

/// ∫₀^∞ exp(g(s)) ds by the trapezoid rule after s = c·exp(τ − e^(−τ)), where `scale` is a first guess of c.
///
/// The substitution crowds nodes at 0 and spreads them over every scale above, so that an exponent which is flat at
/// first and then drops needs more levels but no other rule.
///
/// # Source
/// Takahasi and Mori 1974, Publ. RIMS 9, 721: double exponential formulas.
pub(super) fn integral_of_decay(g: impl Fn(f64) -> f64, scale: f64) -> f64 {
    let c = settle_scale(&g, scale);
    let node = |tau: f64| {
        let shrink = libm::exp(-tau);
        let s = c * libm::exp(tau - shrink);
        (g(s), s * (1.0 + shrink))
    };
    let (mut sum, last) = first_sum(&node);
    let (mut step, mut count) = (FIRST_STEP, last);
    let mut value = step * sum;
    for _ in 0..LEVELS {
        for i in 0..count {
            let (exponent, weight) = node(FIRST_NODE + (i as f64 + 0.5) * step);
            sum += weight * libm::exp(exponent);
        }
        step *= 0.5;
        count *= 2;
        let finer = step * sum;
        if (finer - value).abs() <= AGREEMENT * finer {
            return finer;
        }
        value = finer;
    }
    value
}

/// The sum over the coarsest nodes, and how many steps it took until the terms ceased to count.
fn first_sum(node: &impl Fn(f64) -> (f64, f64)) -> (f64, usize) {
    let mut sum = 0.0;
    for i in 0..MAX_NODES {
        let (exponent, weight) = node(FIRST_NODE + i as f64 * FIRST_STEP);
        let term = weight * libm::exp(exponent);
        sum += term;
        if exponent < -1.0 && term <= 1e-18 * sum {
            return (sum, i);
        }
    }
    (sum, MAX_NODES)
}

/// A scale c near `guess` at which the integrand has fallen by a factor between e^½ and e².
fn settle_scale(g: &impl Fn(f64) -> f64, guess: f64) -> f64 {
    let mut c = guess;
    for _ in 0..1_100 {
        let exponent = g(c);
        if exponent < -2.0 {
            c *= 0.5;
        } else if exponent > -0.5 {
            c *= 2.0;
        } else {
            break;
        }
    }
    c
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn exponential_half_normal_and_gumbel_decay_are_integrated_to_the_last_digits() {
        assert_relative_eq!(integral_of_decay(|s| -s, 1.0), 1.0, max_relative = 4e-15);
        assert_relative_eq!(integral_of_decay(|s| -3e7 * s, 1e9), 1.0 / 3e7, max_relative = 4e-15);
        let half_normal = (0.5 * core::f64::consts::PI).sqrt();
        assert_relative_eq!(integral_of_decay(|s| -0.5 * s * s, 1.0), half_normal, max_relative = 4e-15);
        // ∫ exp(−(eˢ − 1)) ds = e·E₁(1).
        let gumbel = core::f64::consts::E * 0.219_383_934_395_520_28;
        assert_relative_eq!(integral_of_decay(|s| -libm::expm1(s), 1.0), gumbel, max_relative = 4e-15);
    }
}
