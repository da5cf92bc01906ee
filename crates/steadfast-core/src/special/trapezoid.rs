//! ∫ f(x) dx over the whole line for a smooth integrand that decays on both sides, by the trapezoid rule.
//!
//! For such integrands the rule converges faster than any power of the step: its error is e^(−2πd/h), d being the
//! distance of the nearest singularity in the complex plane (infinite for the normal density), so that nothing better
//! is needed.
//!
//! # Source
//! Trefethen and Weideman 2014, SIAM Review 56, 385, theorem 5.1.

/// Two levels that agree so far: the error of the finer is at most the square of the coarser's, below the last place.
const AGREEMENT: f64 = 1e-9;

/// Halvings at most; integrands here need two or three.
const LEVELS: usize = 8;

/// Nodes on one side at most, so that no integrand whatever can keep the sum from ending.
const MAX_NODES: usize = 100_000;

/// A term this small beside the sum ends it.
const NEGLIGIBLE: f64 = 1e-18;

/// ∫ f over the line, f ≥ 0 having one maximum; `centre` is near it and `step` is about its width.
///
/// Relative error about 1e-15, as long as `f` itself is that good.
pub(super) fn over_the_line(f: impl Fn(f64) -> f64, centre: f64, step: f64) -> f64 {
    let middle = f(centre);
    let (right, ends_right) = outwards(|i| f(centre + i as f64 * step), middle);
    let (left, ends_left) = outwards(|i| f(centre - i as f64 * step), middle + right);
    let first = centre - ends_left as f64 * step;
    refined(&f, first, ends_left + ends_right, step, middle + right + left)
}

/// ∫ f from `low` to `high`, beyond which nothing counts, started with `intervals`.
pub(super) fn between(f: impl Fn(f64) -> f64, low: f64, high: f64, intervals: usize) -> f64 {
    let step = (high - low) / intervals as f64;
    let sum = (0..=intervals).map(|i| f(low + i as f64 * step)).sum();
    refined(&f, low, intervals, step, sum)
}

/// Halves the step until two levels agree; `sum` is that over the nodes from `first` on, `count` steps.
fn refined(f: &impl Fn(f64) -> f64, first: f64, count: usize, step: f64, sum: f64) -> f64 {
    let (mut sum, mut step, mut count) = (sum, step, count);
    let mut value = step * sum;
    for _ in 0..LEVELS {
        sum += (0..count).map(|i| f(first + (i as f64 + 0.5) * step)).sum::<f64>();
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

/// The sum of term(1), term(2), … until they fall and no longer count beside it and `known`, and how many there were.
fn outwards(term: impl Fn(usize) -> f64, known: f64) -> (f64, usize) {
    let (mut sum, mut before) = (0.0, 0.0);
    for i in 1..=MAX_NODES {
        let next = term(i);
        sum += next;
        if next <= NEGLIGIBLE * (known + sum) && next <= before {
            return (sum, i);
        }
        before = next;
    }
    (sum, MAX_NODES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn the_normal_density_and_the_logistic_integrate_to_one() {
        let normal = |x: f64| libm::exp(-0.5 * x * x);
        for (centre, step) in [(0.0, 1.0), (3.0, 0.7), (-6.0, 2.0)] {
            let root = core::f64::consts::TAU.sqrt();
            assert_relative_eq!(over_the_line(normal, centre, step), root, max_relative = 2e-15);
        }
        assert_relative_eq!(between(normal, -9.0, 9.0, 12), core::f64::consts::TAU.sqrt(), max_relative = 2e-15);
        let logistic = |x: f64| 1.0 / (2.0 + libm::exp(x) + libm::exp(-x));
        assert_relative_eq!(over_the_line(logistic, 0.5, 1.0), 1.0, max_relative = 2e-15);
    }
}
