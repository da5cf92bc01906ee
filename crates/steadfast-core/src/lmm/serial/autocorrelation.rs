//! The empirical autocorrelation function.

use serde::{Deserialize, Serialize};

use super::Serial;

/// The correlation of residuals that are `lag` visits apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lag {
    /// The number of visits between the two; a visit that a person missed counts.
    pub lag: usize,
    /// ρ̂(lag).
    pub correlation: f64,
    /// N(lag), the pairs that are so far apart.
    pub n_pairs: usize,
    /// ±z/√N(lag): where correlations of independent residuals stay with the probability asked for.
    pub bound: f64,
}

impl Serial {
    /// ρ̂(l) = {Σ r_ij r_i,j+l / N(l)} / {Σ r_ij² / N(0)} for every lag l ≥ 1 that occurs; `z` is the normal quantile of the
    /// bounds, 1.96 for a probability of 0.95.
    ///
    /// ```
    /// use steadfast_core::{frame::{Column, Frame}, lmm::Serial};
    ///
    /// let frame = Frame::new(vec![
    ///     Column::factor("child", ["a", "a", "a"]),
    ///     Column::factor("visit", ["1", "2", "3"]),
    /// ])?;
    /// let lags = Serial::new(&[0, 1, 2], &[1.0, 2.0, -1.0], &frame, "child", "visit")?.autocorrelation(1.96);
    /// // (1·2 − 2·1)/2 over (1 + 4 + 1)/3, and −1·1 over the same.
    /// assert_eq!((lags[0].correlation, lags[1].correlation), (0.0, -0.5));
    /// # Ok::<(), steadfast_core::error::Error>(())
    /// ```
    ///
    /// # Source
    /// Pinheiro and Bates 2000, section 5.3.3. Their `ACF` counts rows between the two, which is the same where no visit is
    /// missed.
    pub fn autocorrelation(&self, z: f64) -> Vec<Lag> {
        let (mut sums, mut counts): (Vec<f64>, Vec<usize>) = (Vec::new(), Vec::new());
        for own in &self.subjects {
            for (i, (earlier, _, a)) in own.iter().enumerate() {
                for (later, _, b) in &own[i..] {
                    let lag = (later - earlier) as usize;
                    if sums.len() <= lag {
                        sums.resize(lag + 1, 0.0);
                        counts.resize(lag + 1, 0);
                    }
                    sums[lag] += a * b;
                    counts[lag] += 1;
                }
            }
        }
        let mean = |lag: usize| sums[lag] / counts[lag] as f64;
        let of = |lag: usize| {
            let n_pairs = counts[lag];
            Lag { lag, correlation: mean(lag) / mean(0), n_pairs, bound: z / (n_pairs as f64).sqrt() }
        };
        (1..sums.len()).filter(|&lag| counts[lag] > 0).map(of).collect()
    }
}
