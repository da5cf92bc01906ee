//! All that determines V of a cluster, and nothing else.

use super::{RandomPart, ResidualPart};
use crate::linalg::Reflections;

/// The residual coordinates of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// The subject, counted within the cluster.
    pub(super) subject: u32,
    /// The visit's code.
    pub(super) visit: u32,
    /// The group of residual parameters.
    pub(super) group: u32,
}

/// What clusters with the same V share.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    /// Rows (after the rotation, where there is one).
    pub(super) m: usize,
    /// For each random term the number of groups within the cluster.
    pub(super) n_groups: Vec<usize>,
    /// Z, m × Σ_t groups_t q_t: the terms one after the other, in each its groups, in each its effects.
    pub(super) z: Vec<f64>,
    /// The number of columns of Z.
    pub(super) columns: usize,
    /// The residual coordinates of each row.
    pub(super) places: Vec<Place>,
    /// The rotation that brings the clusters' rows into this form.
    pub(super) rotation: Option<Reflections>,
}

/// The key by which equal signatures are found, and the parts from which one is made.
#[derive(Debug, Default)]
pub(super) struct Sketch {
    /// Everything that V depends on, as bits.
    pub(super) key: Vec<u64>,
    /// The number of columns of Z.
    pub(super) columns: usize,
    local: Vec<u32>,
    seen: Vec<u32>,
}

impl Sketch {
    /// The sketch of the cluster with `rows` of the frame, which stand in their canonical order.
    pub(super) fn draw(
        &mut self,
        rows: &[u32],
        random: &[RandomPart],
        residual: Option<&ResidualPart>,
        root_weight: impl Fn(usize) -> f64,
    ) {
        self.key.clear();
        self.columns = 0;
        self.key.push(rows.len() as u64);
        for part in random {
            let groups = self.number(rows, &part.group.codes);
            self.key.push(groups);
            self.columns += groups as usize * part.columns.len();
            for (i, &row) in rows.iter().enumerate() {
                if groups > 1 {
                    self.key.push(u64::from(self.local[i]));
                }
                let weight = root_weight(row as usize);
                self.key
                    .extend((0..part.columns.len()).map(|c| (weight * part.columns.value(c, row as usize)).to_bits()));
            }
        }
        if let Some(part) = residual {
            self.number(rows, &part.subject.codes);
            for (i, &row) in rows.iter().enumerate() {
                let group = part.by.as_ref().map_or(0, |by| by.codes[row as usize]);
                self.key.push(u64::from(self.local[i]) << 32 | u64::from(part.visit.codes[row as usize]));
                self.key.push(u64::from(group));
            }
        }
    }

    /// Numbers the groups of `rows` in the order in which they appear; returns how many there are.
    fn number(&mut self, rows: &[u32], codes: &[u32]) -> u64 {
        self.local.clear();
        self.seen.clear();
        for &row in rows {
            let code = codes[row as usize];
            // Groups stand together, so the last one seen is nearly always the one.
            let at = match self.seen.iter().rposition(|&known| known == code) {
                Some(at) => at,
                None => {
                    self.seen.push(code);
                    self.seen.len() - 1
                }
            };
            self.local.push(at as u32);
        }
        self.seen.len() as u64
    }

    /// The signature of the cluster with `rows`, every row as it is.
    pub(super) fn finish(
        &mut self,
        rows: &[u32],
        random: &[RandomPart],
        residual: Option<&ResidualPart>,
        root_weight: impl Fn(usize) -> f64,
    ) -> Signature {
        let m = rows.len();
        let mut n_groups = Vec::with_capacity(random.len());
        let mut locals = Vec::with_capacity(random.len());
        for part in random {
            n_groups.push(self.number(rows, &part.group.codes) as usize);
            locals.push(self.local.clone());
        }
        let columns = random.iter().zip(&n_groups).map(|(part, g)| part.columns.len() * g).sum();
        let mut z = vec![0.0; m * columns];
        let mut first = 0;
        for ((part, groups), local) in random.iter().zip(&n_groups).zip(&locals) {
            let q = part.columns.len();
            for (i, &row) in rows.iter().enumerate() {
                for c in 0..q {
                    z[i * columns + first + local[i] as usize * q + c] =
                        root_weight(row as usize) * part.columns.value(c, row as usize);
                }
            }
            first += q * groups;
        }
        let Some(part) = residual else {
            return Signature { m, n_groups, z, columns, places: own_places(m), rotation: None };
        };
        self.number(rows, &part.subject.codes);
        let place = |(row, subject): (&u32, &u32)| Place {
            subject: *subject,
            visit: part.visit.codes[*row as usize],
            group: part.by.as_ref().map_or(0, |by| by.codes[*row as usize]),
        };
        let places = rows.iter().zip(&self.local).map(place).collect();
        Signature { m, n_groups, z, columns, places, rotation: None }
    }
}

/// The places of rows whose residuals are independent: each row a subject of its own, at the one visit there is.
fn own_places(m: usize) -> Vec<Place> {
    (0..m as u32).map(|subject| Place { subject, visit: 0, group: 0 }).collect()
}

impl Signature {
    /// The first q of the rotated rows, which carry the random effects; the same where q is not below m. Only for
    /// independent residuals: a rotation would mix the others.
    pub(super) fn rotated(self) -> Self {
        if self.columns >= self.m {
            return self;
        }
        let rotation = Reflections::new(&self.z, self.m, self.columns);
        let (z, m) = (rotation.r.clone(), self.columns);
        Self { m, z, places: own_places(m), rotation: Some(rotation), ..self }
    }

    /// The pool of rows that carry no random effect: one row with a residual variance.
    pub(super) fn pool(terms: usize) -> Self {
        Self { m: 1, n_groups: vec![0; terms], z: Vec::new(), columns: 0, places: own_places(1), rotation: None }
    }
}
