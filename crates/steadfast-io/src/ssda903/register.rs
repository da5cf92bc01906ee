//! The verdict on the returns: all findings, the repairs, and the episodes when nothing forbids them.

use std::collections::HashMap;

use steadfast_core::episodes::{Absence, Began, Child, CollectionYear, Ended, Episode, Register};
use steadfast_core::findings::Findings;

use super::repair::{Repair, Repairs, spanning_returns};
use super::rows::{EpisodeRow, LS, PLACE, REASON, REC, RNE, Returns};
use super::rules;
use super::sequence::Sequence;
use crate::error::{Error, Result};
use crate::interner::NONE;

/// Returns that broke no rule.
#[derive(Debug, Clone)]
pub struct Found {
    register: Register,
    findings: Findings,
    repairs: Vec<Repair>,
    years: Vec<CollectionYear>,
}

impl Found {
    /// The episodes with the meaning of their codes.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// Warnings and notes.
    pub fn findings(&self) -> &Findings {
        &self.findings
    }

    /// The repairs that were asked for and made, by file and row.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// The collection years of the returns, ascending; there may be gaps between them.
    pub fn years(&self) -> &[CollectionYear] {
        &self.years
    }
}

impl Returns {
    /// The returns held against the rules (see [`rules()`]), after the repairs asked for.
    ///
    /// Operations: sorts of the rows, O(n log n), and a pass a rule.
    ///
    /// # Errors
    /// `invalid_data` with all findings, when one of them is an error.
    pub fn check(mut self, repairs: Repairs) -> Result<Found> {
        let made = if repairs.spanning_returns { spanning_returns(&mut self) } else { Vec::new() };
        let sequence = Sequence::of(&self);
        let mut findings = rules::check(&self, &sequence);
        findings.extend(std::mem::take(&mut self.of_files));
        if findings.has_errors() {
            return Err(Error::findings("invalid_data", findings));
        }
        let years = self.years.iter().copied().map(CollectionYear).collect();
        let register = self.register(&sequence);
        Ok(Found { register, findings: findings.sorted(), repairs: made, years })
    }

    /// The episodes as core has them; rows that no rule accepts are not in it.
    fn register(&self, sequence: &Sequence) -> Register {
        let mut born = vec![None; self.children.len()];
        for row in self.headers.iter().filter(|row| row.child != NONE) {
            let known = &mut born[row.child as usize];
            *known = known.or(row.first.date());
        }
        let children = born.into_iter().zip(0..);
        let children = children.map(|(born, at)| Child { id: self.children.text(at).to_owned(), born }).collect();
        let mut register = Register::new(self.scheme.states().to_vec(), children);
        let mut meaning = Meaning::default();
        for &at in &sequence.order {
            let episode = meaning.episode(self, &mut register, &self.episodes[at as usize]);
            register.episodes.extend(episode);
        }
        let absence = |row: &super::rows::DatedRow| {
            let start = row.first.date().filter(|_| row.child != NONE)?;
            Some(Absence { child: row.child, start, stop: row.second.date() })
        };
        register.absences = self.absences.iter().filter_map(absence).collect();
        register
    }
}

/// The places that codes have got in the register.
#[derive(Default)]
struct Meaning {
    placements: HashMap<u32, u32>,
    legal: HashMap<u32, u32>,
    exits: HashMap<u32, u32>,
    addresses: HashMap<(u32, u32, u32, u32), u32>,
}

impl Meaning {
    fn episode(&mut self, returns: &Returns, register: &mut Register, row: &EpisodeRow) -> Option<Episode> {
        let scheme = &returns.scheme;
        let text = |column: usize| returns.texts[column].text(row.codes[column]);
        let began = Began::from_code(text(RNE))?;
        let state = scheme.place(text(PLACE))?;
        let placement =
            *self.placements.entry(row.codes[PLACE]).or_insert_with(|| register.placement_type(text(PLACE), state));
        let legal = *self
            .legal
            .entry(row.codes[LS])
            .or_insert_with(|| register.legal_status(text(LS), scheme.is_short_break(text(LS))));
        let next = self.addresses.len() as u32;
        let address = *self.addresses.entry(row.address()).or_insert(next);
        let mut episode = Episode::new(row.child, row.start.date()?, began, legal, placement, address);
        if let Some(end) = row.end.date() {
            let how = match scheme.continues(text(REC)) {
                true => Ended::Continues,
                false => {
                    let state = scheme.exit(text(REC))?;
                    let exit = self.exits.entry(row.codes[REC]);
                    Ended::Exit(*exit.or_insert_with(|| register.exit(text(REC), state)))
                }
            };
            episode.end(end, how);
        }
        if row.codes[REASON] != NONE {
            episode.moved = scheme.reason(text(REASON));
        }
        Some(episode)
    }
}
