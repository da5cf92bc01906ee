//! The empirical semivariogram.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Serial;
use crate::error::{Error, Result};

/// Half the mean squared difference of residuals that lie about so far apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Distance {
    /// The mean distance in time of the pairs.
    pub distance: f64,
    /// ½ mean (r_ij − r_ik)².
    pub semivariance: f64,
    /// The number of pairs.
    pub n_pairs: usize,
}

impl Serial {
    /// The semivariances of pairs within subjects, by distance in time, in at most `bins` groups with about equal numbers
    /// of pairs; pairs of equal distance stay together. It rises to 1 for standardised residuals that are independent at
    /// long distances, and is flat where no serial correlation is left.
    ///
    /// # Errors
    /// `not_numeric` when the times are levels; `bins` when there are none.
    ///
    /// # Source
    /// Diggle, Heagerty, Liang and Zeger 2002, section 3.4; Pinheiro and Bates 2000, section 5.3.2.
    pub fn semivariogram(&self, bins: usize) -> Result<Vec<Distance>> {
        if bins == 0 {
            return Err(Error::usage("bins", "a semivariogram needs at least one group of distances"));
        }
        let by_distance = self.by_distance()?;
        let total: usize = by_distance.values().map(|(n, _)| n).sum();
        // More groups than pairs would be empty ones.
        let bins = bins.min(total);
        let (mut groups, mut open, mut before) = (Vec::new(), Group::default(), 0);
        for (bits, (n, sum)) in by_distance {
            // A distance belongs to the group in which the middle of its pairs lies.
            let group = (2 * before + n) * bins / (2 * total);
            if open.n > 0 && group != open.number {
                groups.push(open.close());
                open = Group::default();
            }
            open.number = group;
            open.add(f64::from_bits(bits), n, sum);
            before += n;
        }
        groups.extend((open.n > 0).then(|| open.close()));
        Ok(groups)
    }

    /// For each distance (as bits, which sort like the numbers) the pairs and the sum of their ½ (r_j − r_k)².
    fn by_distance(&self) -> Result<BTreeMap<u64, (usize, f64)>> {
        let mut all = BTreeMap::new();
        for own in &self.subjects {
            for (i, (_, s, a)) in own.iter().enumerate() {
                for (_, t, b) in &own[..i] {
                    let (Some(s), Some(t)) = (s, t) else {
                        return Err(Error::usage("not_numeric", "distances in time need a column of numbers or dates"));
                    };
                    let entry = all.entry((s - t).abs().to_bits()).or_insert((0, 0.0));
                    entry.0 += 1;
                    entry.1 += 0.5 * (a - b) * (a - b);
                }
            }
        }
        Ok(all)
    }
}

#[derive(Debug, Default)]
struct Group {
    number: usize,
    n: usize,
    distances: f64,
    squares: f64,
}

impl Group {
    fn add(&mut self, distance: f64, n: usize, squares: f64) {
        self.n += n;
        self.distances += distance * n as f64;
        self.squares += squares;
    }

    fn close(&self) -> Distance {
        let n = self.n as f64;
        Distance { distance: self.distances / n, semivariance: self.squares / n, n_pairs: self.n }
    }
}
