//! Subjects of one cluster that nothing tells apart, and the rotation that takes all but one of them out of it.
//!
//! Of K subjects with the same visits and the same shared effects (children of a family, of a site) the rows are
//! rotated among the subjects by Helmert's matrix: the first of the rotated subjects is Σ/√K and carries the shared
//! effects with Z √K; the other K − 1 carry none and are independent of everything. A cluster with many subjects then
//! has as many rows as its subjects have patterns.
//!
//! # Source
//! Exact: the rotation is orthogonal. Helmert 1876.

use std::collections::HashMap;

use super::signature::{Rotation, Signature};
use super::slot::{Form, Slot};

/// The rotation of one signature.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    classes: Vec<Class>,
}

/// Subjects that are alike.
#[derive(Debug, Clone)]
struct Class {
    /// The rows of each subject, in the same order.
    members: Vec<Vec<u32>>,
    /// The signature of the subjects that are released.
    released: u32,
}

impl Exchange {
    /// The signatures of the released subjects, and how many of each.
    pub(super) fn released(&self) -> impl Iterator<Item = (u32, usize)> {
        self.classes
            .iter()
            .filter(|class| class.members.len() > 1)
            .map(|class| (class.released, class.members.len() - 1))
    }

    /// Leaves the rows of the smaller cluster at the start of `block` (rows of w) and hands out each released subject.
    pub(super) fn apply(&self, block: &mut [f64], w: usize, mut release: impl FnMut(u32, &[f64])) {
        let mut kept = Vec::new();
        let (mut sum, mut other) = (Vec::new(), Vec::new());
        for class in &self.classes {
            sum.clear();
            let rows = |member: &[u32], out: &mut Vec<f64>| {
                member.iter().for_each(|&i| out.extend_from_slice(&block[i as usize * w..(i as usize + 1) * w]));
            };
            rows(&class.members[0], &mut sum);
            for (before, member) in class.members.iter().enumerate().skip(1) {
                other.clear();
                rows(member, &mut other);
                let j = before as f64;
                let length = (j * (j + 1.0)).sqrt();
                for (total, value) in sum.iter_mut().zip(&mut other) {
                    let own = *value;
                    *value = (*total - j * own) / length;
                    *total += own;
                }
                release(class.released, &other);
            }
            let root = (class.members.len() as f64).sqrt();
            kept.extend(sum.iter().map(|value| value / root));
        }
        block[..kept.len()].copy_from_slice(&kept);
    }
}

/// The signatures with their subjects exchanged, followed by those of the released subjects.
pub(super) fn reduced(signatures: Vec<Signature>) -> Vec<Signature> {
    let (first, mut released, mut known) = (signatures.len(), Vec::new(), HashMap::new());
    let mut all: Vec<Signature> =
        signatures.into_iter().map(|whole| reduce(&whole, first, &mut released, &mut known).unwrap_or(whole)).collect();
    all.extend(released);
    all
}

/// The smaller signature, where some subjects are alike.
fn reduce(
    whole: &Signature,
    first: usize,
    released: &mut Vec<Signature>,
    known: &mut HashMap<Vec<u64>, u32>,
) -> Option<Signature> {
    if whole.subjects.len() < 2 {
        return None;
    }
    let subject_of = subject_of(whole);
    let mut classes: Vec<(Vec<u64>, Class)> = Vec::new();
    for rows in &whole.subjects {
        let own = own_signature(whole, rows, &subject_of);
        let own_key = key(&own);
        let mut alike = own_key.clone();
        describe_shared(whole, rows, &subject_of, &mut alike);
        match classes.iter_mut().find(|(key, _)| *key == alike) {
            Some((_, class)) => class.members.push(rows.clone()),
            None => {
                let id = *known.entry(own_key).or_insert_with(|| {
                    released.push(own);
                    (first + released.len() - 1) as u32
                });
                classes.push((alike, Class { members: vec![rows.clone()], released: id }));
            }
        }
    }
    let classes: Vec<Class> = classes.into_iter().map(|(_, class)| class).collect();
    (classes.len() < whole.subjects.len()).then(|| smaller(whole, classes))
}

fn subject_of(whole: &Signature) -> Vec<u32> {
    let mut subject_of = vec![0; whole.m];
    for (subject, rows) in whole.subjects.iter().enumerate() {
        rows.iter().for_each(|&i| subject_of[i as usize] = subject as u32);
    }
    subject_of
}

/// Whether the rows of a slot belong to several subjects.
fn is_shared(slot: &Slot, subject_of: &[u32]) -> bool {
    slot.rows.iter().any(|&i| subject_of[i as usize] != subject_of[slot.rows[0] as usize])
}

/// The slots that are all within `rows`, renumbered to them.
fn own_signature(whole: &Signature, rows: &[u32], subject_of: &[u32]) -> Signature {
    let own = |slot: &&Slot| !is_shared(slot, subject_of) && slot.rows.first().is_some_and(|i| rows.contains(i));
    let slots = whole.slots.iter().filter(own).map(|slot| renumbered(slot, rows)).collect();
    Signature { m: rows.len(), slots, subjects: Vec::new(), rotation: Rotation::None }
}

fn renumbered(slot: &Slot, rows: &[u32]) -> Slot {
    let place = |i: &u32| rows.iter().position(|row| row == i).unwrap_or_default() as u32;
    Slot { block: slot.block, rows: slot.rows.iter().map(place).collect(), form: slot.form.clone() }
}

fn key(signature: &Signature) -> Vec<u64> {
    let mut key = vec![signature.m as u64];
    for slot in &signature.slots {
        key.extend([slot.block as u64, slot.rows.len() as u64]);
        key.extend(slot.rows.iter().map(|&i| u64::from(i)));
        match &slot.form {
            Form::Effects { z, .. } => key.extend(z.iter().map(|v| v.to_bits())),
            Form::Levels(levels) => key.extend(levels.iter().map(|&l| u64::from(l))),
            Form::Points(points) => key.extend(points.iter().map(|v| v.to_bits())),
        }
    }
    key
}

/// Appends which shared effects act on which of `rows`, and by how much.
fn describe_shared(whole: &Signature, rows: &[u32], subject_of: &[u32], key: &mut Vec<u64>) {
    for (index, slot) in whole.slots.iter().enumerate() {
        let Form::Effects { q, z } = &slot.form else { continue };
        if !is_shared(slot, subject_of) {
            continue;
        }
        for (at, i) in rows.iter().enumerate() {
            if let Some(own) = slot.rows.iter().position(|row| row == i) {
                key.extend([u64::MAX, index as u64, at as u64]);
                key.extend(z[own * q..(own + 1) * q].iter().map(|v| v.to_bits()));
            }
        }
    }
}

/// The cluster of one subject a class, whose shared effects are √K times as large.
fn smaller(whole: &Signature, classes: Vec<Class>) -> Signature {
    let subject_of = subject_of(whole);
    let rows: Vec<u32> = classes.iter().flat_map(|class| class.members[0].iter().copied()).collect();
    let roots: Vec<f64> =
        classes.iter().flat_map(|class| class.members[0].iter().map(|_| (class.members.len() as f64).sqrt())).collect();
    let mut slots = Vec::new();
    for slot in &whole.slots {
        let shared = is_shared(slot, &subject_of);
        let kept: Vec<(usize, usize)> = (slot.rows.iter().enumerate())
            .filter_map(|(at, i)| rows.iter().position(|row| row == i).map(|place| (at, place)))
            .collect();
        if kept.is_empty() {
            continue;
        }
        let form = match &slot.form {
            Form::Effects { q, z } => {
                let scale = |place: usize| if shared { roots[place] } else { 1.0 };
                let row = |&(at, place): &(usize, usize)| {
                    z[at * q..(at + 1) * q].iter().map(move |v| v * scale(place)).collect::<Vec<f64>>()
                };
                Form::Effects { q: *q, z: kept.iter().flat_map(row).collect() }
            }
            // The residuals of a subject are kept whole or not at all.
            other => other.clone(),
        };
        slots.push(Slot { block: slot.block, rows: kept.iter().map(|(_, place)| *place as u32).collect(), form });
    }
    Signature { m: rows.len(), slots, subjects: Vec::new(), rotation: Rotation::Exchange(Exchange { classes }) }
}
