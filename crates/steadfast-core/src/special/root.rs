//! The root of a decreasing function in a bracket.

/// Steps at most; each at least halves the bracket, and near the root doubles the digits.
const STEPS: usize = 60;

/// The x between `low` and `high` where the decreasing `f` is 0, to some units in the last place of what `f` can tell.
///
/// # Source
/// Ridders 1979, IEEE Transactions on Circuits and Systems 26, 979.
pub(super) fn decreasing_root(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    let (mut above, mut below) = (f(low), f(high));
    if above <= 0.0 {
        return low;
    }
    if below >= 0.0 {
        return high;
    }
    let mut last = f64::NAN;
    for _ in 0..STEPS {
        let middle = 0.5 * (low + high);
        let value = f(middle);
        let root = (value * value - above * below).sqrt();
        let x = middle + (middle - low) * value / root;
        if (x - last).abs() <= 4.0 * f64::EPSILON * x.abs() || value == 0.0 {
            return if value == 0.0 { middle } else { x };
        }
        last = x;
        let at = f(x);
        for (x, value) in [(middle, value), (x, at)] {
            if value > 0.0 && x > low {
                (low, above) = (x, value);
            } else if value <= 0.0 && x < high {
                (high, below) = (x, value);
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_a_steep_and_of_a_flat_function_is_found() {
        approx::assert_relative_eq!(decreasing_root(|x| 2.0 - x * x, 0.0, 50.0), 2f64.sqrt(), max_relative = 1e-15);
        let flat = |x: f64| libm::log(3.0) - libm::log1p(x);
        approx::assert_relative_eq!(decreasing_root(flat, 0.0, 1e6), 2.0, max_relative = 1e-14);
        assert!(decreasing_root(|x| -x, 1.0, 2.0) <= 1.0);
    }
}
