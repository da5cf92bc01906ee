//! The rows that stay at risk after a competing event, as the sweeps of a stratum meet them.

use std::ops::Range;

use super::super::PartialLikelihood;
use super::censoring::Curve;
use super::{Ending, SubdistributionRow};

/// A row that a competing event has taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    /// Its place.
    pub(super) at: usize,
    /// The place of its group among those of the stratum.
    pub(super) group: usize,
    /// v = 1/G(T−).
    pub(super) factor: f64,
    /// The event times of the stratum before its weight has become 0.
    pub(super) end: usize,
}

/// The rows of a stratum that competing events have taken.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Tails {
    /// Ascending by their times.
    pub(super) list: Vec<Tail>,
    /// The groups that they are of.
    pub(super) groups: Vec<u32>,
    /// For each of these, G(t−) at each event time of the stratum.
    weight: Vec<Vec<f64>>,
}

/// Sums over those taken before each event time; empty where nobody is.
#[derive(Debug, Default)]
pub(in super::super) struct Taken {
    /// Σ G v r, one a time.
    s0: Vec<f64>,
    /// Σ G v r x, times × stride.
    s1: Vec<f64>,
}

impl Taken {
    /// Adds Σ G v r x at the time `k` to `s1`, and gives Σ G v r.
    pub(in super::super) fn add(&self, k: usize, s1: &mut [f64]) -> f64 {
        let sums = self.s1.get(k * s1.len()..(k + 1) * s1.len()).unwrap_or_default();
        s1.iter_mut().zip(sums).for_each(|(sum, value)| *sum += value);
        self.s0.get(k).copied().unwrap_or_default()
    }
}

impl Tails {
    /// Those of `rows` (with their places) whom competing events take, in a stratum with the event times `times`.
    pub(super) fn new<'r>(
        rows: impl Iterator<Item = (usize, &'r SubdistributionRow)>,
        times: &[f64],
        curves: &[Curve],
    ) -> Self {
        let mut found = Self::default();
        for (at, row) in rows.filter(|(_, row)| row.ending == Ending::Competing) {
            let curve = &curves[row.group as usize];
            let group = found.groups.iter().position(|group| *group == row.group).unwrap_or_else(|| {
                found.groups.push(row.group);
                found.weight.push(times.iter().map(|time| curve.at(*time)).collect());
                found.groups.len() - 1
            });
            let exhausted = curve.exhausted(row.at.stop).unwrap_or(f64::INFINITY);
            let end = times.partition_point(|time| *time <= exhausted);
            found.list.push(Tail { at, group, factor: 1.0 / curve.at(row.at.stop), end });
        }
        found
    }

    /// The sums over those taken before each of `n` event times, `risk` being that of all rows.
    pub(in super::super) fn sums(&self, rows: &PartialLikelihood, risk: &[f64], n: usize) -> Taken {
        let stride = rows.stride;
        if self.list.is_empty() {
            return Taken::default();
        }
        let mut taken = Taken { s0: vec![0.0; n], s1: vec![0.0; n * stride] };
        // For each group: Σ r v, Σ r v x, and until when these hold.
        let mut open = vec![(0.0, vec![0.0; stride], usize::MAX); self.groups.len()];
        let mut next = self.list.iter().peekable();
        for k in 0..n {
            for (s0, s1, end) in open.iter_mut().filter(|(_, _, end)| *end <= k) {
                (*s0, *end) = (0.0, usize::MAX);
                s1.fill(0.0);
            }
            while let Some(tail) = next.next_if(|tail| rows.end[tail.at] as usize <= k) {
                if tail.end > k {
                    let (s0, s1, end) = &mut open[tail.group];
                    let size = risk[tail.at] * tail.factor;
                    *s0 += size;
                    *end = tail.end;
                    s1.iter_mut().zip(rows.padded(tail.at)).for_each(|(sum, x)| *sum += size * x);
                }
            }
            for ((s0, s1, _), weight) in open.iter().zip(&self.weight) {
                taken.s0[k] += weight[k] * s0;
                let sums = taken.s1[k * stride..(k + 1) * stride].iter_mut();
                sums.zip(s1).for_each(|(sum, value)| *sum += weight[k] * value);
            }
        }
        taken
    }

    /// For each group, Σ G(t_k−) value(k) over the event times before each, and over all.
    pub(super) fn cumulative(&self, value: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
        let sum = |weight: &Vec<f64>| {
            let mut sums = Vec::with_capacity(weight.len() + 1);
            sums.push(0.0);
            for (k, weight) in weight.iter().enumerate() {
                sums.push(sums[k] + weight * value(k));
            }
            sums
        };
        self.weight.iter().map(sum).collect()
    }

    /// For each of the stratum's `rows`, v Σ G(t_k−) value(k) over the event times after a competing event took it; empty where none did.
    pub(in super::super) fn passed(
        &self,
        likelihood: &PartialLikelihood,
        rows: Range<usize>,
        value: impl Fn(usize) -> f64,
    ) -> Vec<f64> {
        if self.list.is_empty() {
            return Vec::new();
        }
        let (sums, mut passed) = (self.cumulative(value), vec![0.0; rows.len()]);
        for tail in &self.list {
            let (sums, from) = (&sums[tail.group], likelihood.end[tail.at] as usize);
            if from < tail.end {
                passed[tail.at - rows.start] = tail.factor * (sums[tail.end] - sums[from]);
            }
        }
        passed
    }
}
