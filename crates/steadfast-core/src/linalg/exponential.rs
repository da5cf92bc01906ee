//! The exponential of a small matrix.

use super::multiply;

/// exp(A) for A (n × n by rows), to rounding.
///
/// # Source
/// Moler and Van Loan 2003, SIAM Review 45:3, method 3: scaling and squaring of Taylor's series.
pub(crate) fn expm(a: &[f64], n: usize) -> Vec<f64> {
    let size = a.chunks_exact(n.max(1)).map(|row| row.iter().map(|v| v.abs()).sum()).fold(0.0, f64::max);
    // Below one half, 16 terms leave less than 2⁻¹⁶/17!, a tenth of a unit in the last place.
    let halvings = (0..1100).find(|&k| libm::ldexp(size, -k) <= 0.5).unwrap_or_default();
    let scaled: Vec<f64> = a.iter().map(|value| libm::ldexp(*value, -halvings)).collect();
    let mut sum = vec![0.0; n * n];
    (0..n).for_each(|i| sum[i * n + i] = 1.0);
    let (mut term, mut next) = (sum.clone(), vec![0.0; n * n]);
    for order in 1..=16 {
        multiply(&term, &scaled, n, n, n, &mut next);
        term.iter_mut().zip(&next).for_each(|(term, value)| *term = value / f64::from(order));
        sum.iter_mut().zip(&term).for_each(|(sum, term)| *sum += term);
    }
    for _ in 0..halvings {
        multiply(&sum, &sum, n, n, n, &mut next);
        sum.copy_from_slice(&next);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::expm;

    #[test]
    fn a_hazard_out_of_one_state_is_an_exponential_function() {
        // Rates 2 and 3 out of the first of three states: e⁻⁵ stay, the others share 1 − e⁻⁵ as 2 : 3.
        let found = expm(&[-5.0, 2.0, 3.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 3);
        let stay = libm::exp(-5.0);
        let expected = [stay, 0.4 * (1.0 - stay), 0.6 * (1.0 - stay), 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-14), "{found:?}");
    }

    #[test]
    fn a_rotation_is_cosine_and_sine() {
        let found = expm(&[0.0, -1.0, 1.0, 0.0], 2);
        let (cosine, sine) = (libm::cos(1.0), libm::sin(1.0));
        assert!(found.iter().zip([cosine, -sine, sine, cosine]).all(|(a, b)| (a - b).abs() < 1e-15), "{found:?}");
    }
}
