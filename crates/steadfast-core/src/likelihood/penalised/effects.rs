//! Which row has which random effects.

/// The random effects of all terms, one after the other; those of a term stand group after group.
#[derive(Debug, Clone)]
pub(crate) struct Effects {
    pub(crate) terms: Vec<EffectTerm>,
}

/// The effects of one grouping.
#[derive(Debug, Clone)]
pub(crate) struct EffectTerm {
    /// The group of each row.
    pub(crate) group: Vec<u32>,
    /// The columns of Z, rows × width by rows; empty where the one effect of a group is its level.
    pub(crate) z: Vec<f64>,
    /// The effects of a group.
    pub(crate) width: usize,
    /// The number of groups.
    pub(crate) groups: usize,
    /// The place of its first effect.
    pub(crate) first: usize,
}

impl EffectTerm {
    /// Where the effects of a row's group begin.
    #[inline]
    pub(crate) fn place(&self, row: usize) -> usize {
        self.first + self.group[row] as usize * self.width
    }

    /// The row's entry of Z for one effect of its group.
    #[inline]
    pub(crate) fn z(&self, row: usize, column: usize) -> f64 {
        if self.z.is_empty() { 1.0 } else { self.z[row * self.width + column] }
    }

    /// The places of all its effects.
    pub(crate) fn span(&self) -> std::ops::Range<usize> {
        self.first..self.first + self.groups * self.width
    }
}

impl Effects {
    /// The number of effects.
    pub(crate) fn len(&self) -> usize {
        self.terms.last().map_or(0, |last| last.span().end)
    }

    /// `rows` += Z b.
    pub(crate) fn add_to(&self, rows: &mut [f64], b: &[f64]) {
        for term in &self.terms {
            if term.z.is_empty() {
                let own = &b[term.span()];
                rows.iter_mut().zip(&term.group).for_each(|(value, group)| *value += own[*group as usize]);
                continue;
            }
            for (at, value) in rows.iter_mut().enumerate() {
                let place = term.place(at);
                for column in 0..term.width {
                    *value += term.z(at, column) * b[place + column];
                }
            }
        }
    }

    /// Z' rows.
    pub(crate) fn collect(&self, rows: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.len()];
        for term in &self.terms {
            if term.z.is_empty() {
                let own = &mut sums[term.span()];
                rows.iter().zip(&term.group).for_each(|(value, group)| own[*group as usize] += value);
                continue;
            }
            for (at, value) in rows.iter().enumerate() {
                let place = term.place(at);
                for column in 0..term.width {
                    sums[place + column] += term.z(at, column) * value;
                }
            }
        }
        sums
    }

    /// Σ_rows `weight` z z' of each group, blocks width × width by term and group.
    pub(crate) fn blocks(&self, weight: impl Fn(usize) -> f64) -> Vec<Vec<f64>> {
        let block = |term: &EffectTerm| {
            let (q, n) = (term.width, term.group.len());
            let mut sums = vec![0.0; term.groups * q * q];
            if term.z.is_empty() {
                (0..n).for_each(|at| sums[term.group[at] as usize] += weight(at));
                return sums;
            }
            for at in 0..n {
                let own = &mut sums[term.group[at] as usize * q * q..][..q * q];
                for i in 0..q {
                    for j in 0..q {
                        own[i * q + j] += weight(at) * term.z(at, i) * term.z(at, j);
                    }
                }
            }
            sums
        };
        self.terms.iter().map(block).collect()
    }
}
