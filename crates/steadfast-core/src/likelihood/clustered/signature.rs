//! All that determines V of a cluster, and nothing else.

use super::exchange::Exchange;
use super::slot::{Form, Slot};
use super::{RandomPart, ResidualPart};
use crate::linalg::Reflections;

/// What clusters with the same V share.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    /// Rows (after the rotation, where there is one).
    pub(super) m: usize,
    /// V = Σ F Σ_block F' over the slots: the groups of the random terms, then the subjects of the residuals.
    pub(super) slots: Vec<Slot>,
    /// The rows of each subject of a residual structure; none where rows stand alone.
    pub(super) subjects: Vec<Vec<u32>>,
    /// What brings the clusters' rows into this form.
    pub(super) rotation: Rotation,
}

/// An orthogonal map of the rows of a cluster.
#[derive(Debug, Clone)]
pub(super) enum Rotation {
    /// Every row as it is.
    None,
    /// The first rows carry the random effects; the others join the pool.
    Effects(Reflections),
    /// One subject of each kind stays; the others are clusters of their own.
    Exchange(Exchange),
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
            let groups = self.number(rows, |row| part.group.codes[row]);
            self.key.push(u64::from(groups));
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
            self.number_subjects(rows, part);
            for (i, &row) in rows.iter().enumerate() {
                self.key.push(u64::from(self.local[i]) << 32 | u64::from(part.group(row as usize)));
                part.extend_key(row as usize, &mut self.key);
            }
        }
    }

    /// Numbers the groups of `rows` in the order in which they appear; returns how many there are.
    fn number(&mut self, rows: &[u32], code: impl Fn(usize) -> u32) -> u32 {
        self.local.clear();
        self.seen.clear();
        for &row in rows {
            let code = code(row as usize);
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
        self.seen.len() as u32
    }

    fn number_subjects(&mut self, rows: &[u32], part: &ResidualPart) -> u32 {
        match &part.subject {
            Some(subject) => self.number(rows, |row| subject.codes[row]),
            // Rows that stand alone share one matrix, which is diagonal.
            None => self.number(rows, |_| 0),
        }
    }

    /// The signature of the cluster with `rows`, every row as it is.
    pub(super) fn finish(
        &mut self,
        rows: &[u32],
        random: &[RandomPart],
        residual: Option<&ResidualPart>,
        root_weight: impl Fn(usize) -> f64,
    ) -> Signature {
        let mut slots = Vec::new();
        for (block, part) in random.iter().enumerate() {
            let (groups, q) = (self.number(rows, |row| part.group.codes[row]), part.columns.len());
            for group in 0..groups {
                let own: Vec<u32> = (0..rows.len() as u32).filter(|&i| self.local[i as usize] == group).collect();
                let value = |&i: &u32, c: usize| {
                    let row = rows[i as usize] as usize;
                    root_weight(row) * part.columns.value(c, row)
                };
                let z = own.iter().flat_map(|i| (0..q).map(move |c| value(i, c))).collect();
                slots.push(Slot { block, rows: own, form: Form::Effects { q, z } });
            }
        }
        let first = random.len();
        let mut subjects = Vec::new();
        match residual {
            None => slots.push(independent(first, rows.len())),
            Some(part) => {
                for subject in 0..self.number_subjects(rows, part) {
                    let own: Vec<u32> = (0..rows.len() as u32).filter(|&i| self.local[i as usize] == subject).collect();
                    slots.extend(part.slots(first, rows, &own));
                    subjects.push(own);
                }
            }
        }
        Signature { m: rows.len(), slots, subjects, rotation: Rotation::None }
    }
}

/// The slot of m rows whose residuals are independent: points without coordinates.
fn independent(block: usize, m: usize) -> Slot {
    Slot { block, rows: (0..m as u32).collect(), form: Form::Points(Vec::new()) }
}

impl Signature {
    /// The first q of the rotated rows, which carry the random effects; the same where q is not below m. Only for
    /// independent residuals: a rotation would mix the others.
    pub(super) fn rotated(self) -> Self {
        let columns: usize = self
            .slots
            .iter()
            .map(|slot| match &slot.form {
                Form::Effects { q, .. } => *q,
                _ => 0,
            })
            .sum();
        if columns >= self.m {
            return self;
        }
        let mut z = vec![0.0; self.m * columns];
        let mut first = 0;
        for slot in &self.slots {
            if let Form::Effects { q, z: own } = &slot.form {
                for (at, &i) in slot.rows.iter().enumerate() {
                    let from = i as usize * columns + first;
                    z[from..from + q].copy_from_slice(&own[at * q..(at + 1) * q]);
                }
                first += q;
            }
        }
        let rotation = Reflections::new(&z, self.m, columns);
        let (mut slots, mut first, mut residual) = (Vec::new(), 0, 0);
        for slot in self.slots {
            residual = slot.block;
            if let Form::Effects { q, .. } = slot.form {
                let own = |i: usize| &rotation.r[i * columns + first..i * columns + first + q];
                // R is upper triangular: rows below the last effect of the group are zero.
                let rows: Vec<u32> = (0..(first + q) as u32).collect();
                let z = rows.iter().flat_map(|&i| own(i as usize).iter().copied()).collect();
                slots.push(Slot { block: slot.block, rows, form: Form::Effects { q, z } });
                first += q;
            }
        }
        slots.push(independent(residual, columns));
        Self { m: columns, slots, subjects: Vec::new(), rotation: Rotation::Effects(rotation) }
    }

    /// The signatures of the subjects that the rotation releases, and how many of each.
    pub(super) fn released(&self) -> impl Iterator<Item = (u32, usize)> {
        let exchange = match &self.rotation {
            Rotation::Exchange(exchange) => Some(exchange),
            _ => None,
        };
        exchange.into_iter().flat_map(Exchange::released)
    }

    /// The bytes that it takes.
    pub(super) fn bytes(&self) -> usize {
        let slot = |slot: &Slot| {
            let numbers = match &slot.form {
                Form::Effects { z, .. } => z.len(),
                Form::Levels(levels) => levels.len().div_ceil(2),
                Form::Points(points) => points.len(),
            };
            size_of::<Slot>() + 8 * numbers + 4 * slot.rows.len()
        };
        let rotation = match &self.rotation {
            Rotation::Effects(_) => 16 * self.m * self.m,
            _ => 0,
        };
        size_of::<Self>() + rotation + self.slots.iter().map(slot).sum::<usize>() + 32 * self.m
    }

    /// The pool of rows that carry no random effect: one row with the residual variance of `block`.
    pub(super) fn pool(block: usize) -> Self {
        Self { m: 1, slots: vec![independent(block, 1)], subjects: Vec::new(), rotation: Rotation::None }
    }
}
