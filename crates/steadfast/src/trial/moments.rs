//! Means, standard deviations and quantiles by sums in a fixed order, so that the same data give the same bits.

/// What is said about a numeric variable.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Moments {
    pub(crate) mean: f64,
    /// √(Σ(x − mean)²/(n − 1)); none for fewer than two values.
    pub(crate) std_dev: Option<f64>,
}

/// The moments of `values`; none where there are none.
pub(crate) fn moments(values: &[f64]) -> Option<Moments> {
    let n = values.len() as f64;
    let mean = (!values.is_empty()).then(|| sum(values.iter().copied()) / n)?;
    let squares = sum(values.iter().map(|value| (value - mean) * (value - mean)));
    let std_dev = (values.len() > 1).then(|| (squares / (n - 1.0)).sqrt());
    Some(Moments { mean, std_dev })
}

/// Σ values in their order, with Neumaier's compensation.
fn sum(values: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = total + value;
        lost += if total.abs() >= value.abs() { (total - next) + value } else { (value - next) + total };
        total = next;
    }
    total + lost
}

/// The quantiles of `values` at each of `at`, linear between order statistics (Hyndman and Fan 1996, type 7).
pub(crate) fn quantiles(values: &[f64], at: &[f64]) -> Option<Vec<f64>> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let quantile = |p: f64| {
        let place = p * last as f64;
        let below = place.floor() as usize;
        let above = (below + 1).min(last);
        sorted[below] + (place - place.floor()) * (sorted[above] - sorted[below])
    };
    Some(at.iter().map(|&p| quantile(p)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_quantiles_of_a_small_sample() {
        let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
        let found = moments(&values).unwrap();
        assert!((found.mean - 5.0).abs() < 1e-15);
        assert!((found.std_dev.unwrap() - (32.0_f64 / 7.0).sqrt()).abs() < 1e-15);
        // R: quantile(c(2, 4, 4, 4, 5, 5, 7, 9), c(0.25, 0.5, 0.75)) is 4, 4.5, 5.5 (by hand from type 7).
        assert_eq!(quantiles(&values, &[0.25, 0.5, 0.75]).unwrap(), [4.0, 4.5, 5.5]);
        assert!(moments(&[]).is_none() && quantiles(&[], &[0.5]).is_none());
        assert!(moments(&[1.0]).unwrap().std_dev.is_none());
    }

    #[test]
    fn a_sum_does_not_lose_what_is_small() {
        assert!((sum([1e16, 1.0, -1e16, 1.0].into_iter()) - 2.0).abs() < 1e-15);
    }
}
