//! Differences of elementary functions that would cancel if they were written out.

/// ln(1 + u) − u for u > −1, to a few units in the last place of the result.
///
/// With r = u/(2 + u), ln(1 + u) = 2 artanh r and 2r − u = −r u, so that the difference is r(2r²(1/3 + r²/5 + …) − u).
pub(super) fn log1p_minus(u: f64) -> f64 {
    if u.abs() > 0.5 {
        return libm::log1p(u) - u;
    }
    let r = u / (2.0 + u);
    let square = r * r;
    let (mut power, mut odd, mut sum) = (1.0, 3.0, 0.0);
    // r² ≤ 1/9, so that at most 18 terms count.
    while power > 1e-18 {
        sum += power / odd;
        power *= square;
        odd += 2.0;
    }
    r * (2.0 * square * sum - u)
}

/// ln r − u where u = r − 1 is known better than r, for r > 0 whose logarithm is `ln_r`.
pub(super) fn deviance(u: f64, ln_r: f64) -> f64 {
    if u.abs() > 0.5 { ln_r - u } else { log1p_minus(u) }
}

/// eˢ − 1 − s, to a few units in the last place of the result.
pub(super) fn expm1_minus(s: f64) -> f64 {
    if s.abs() > 1.0 {
        return libm::expm1(s) - s;
    }
    // |s|¹⁹/20! is below 1e-18 of the leading term.
    let mut sum = 1.0;
    for k in (3..=20).rev() {
        sum = 1.0 + s * sum / f64::from(k);
    }
    0.5 * s * s * sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use approx::assert_relative_eq;

    #[test]
    fn both_branches_meet_where_they_change_over() {
        for u in [0.5, -0.5] {
            assert_relative_eq!(log1p_minus(u), libm::log1p(u) - u, max_relative = 1e-15);
        }
        for s in [1.0, -1.0] {
            assert_relative_eq!(expm1_minus(s), libm::expm1(s) - s, max_relative = 1e-15);
        }
    }

    #[test]
    fn small_arguments_keep_their_digits() {
        // −u²/2 + u³/3 and s²/2 + s³/6, the next terms being below the precision.
        assert_relative_eq!(log1p_minus(1e-8), -5e-17 + 1e-24 / 3.0, max_relative = 1e-15);
        assert_relative_eq!(expm1_minus(-1e-8), 5e-17 - 1e-24 / 6.0, max_relative = 1e-15);
    }
}
