//! The letters by which the files of statistical packages tell absences apart.

use steadfast_core::frame::{Code, Column, Presence};

use super::coded::Limits;
use super::losses::Losses;
use crate::note::{SPOKEN, labelled_presence};

/// The letters by which a column's absences are told apart.
#[derive(Default)]
pub(super) struct Tags {
    /// For each reason of the column's coding.
    of_reasons: Vec<Option<char>>,
    /// For absences of which only the kind is known.
    of_kinds: Vec<(Presence, char)>,
    /// The letters with what they mean.
    pub(super) labels: Vec<(char, String)>,
}

impl Tags {
    /// The letters of `column` in a format with these limits; what it cannot carry goes to `losses`.
    pub(super) fn of(column: &Column, limits: &Limits, losses: &mut Losses) -> Self {
        let reasons = column.coding().map(|coding| coding.reasons()).unwrap_or_default();
        let own: Vec<Option<char>> = reasons.iter().map(|reason| own_letter(reason, limits)).collect();
        let mut free = limits.letters.chars().filter(|letter| !own.contains(&Some(*letter)));
        let mut tags = Self::default();
        let (mut renamed, mut too_many) = (false, false);
        for (reason, own) in reasons.iter().zip(&own) {
            let letter = own.or_else(|| free.next());
            renamed |= own.is_none();
            too_many |= letter.is_none();
            tags.of_reasons.push(letter);
            let label = reason.label().or((own.is_none()).then_some(reason.code()));
            if let (Some(letter), Some(label)) = (letter, label) {
                tags.labels.push((letter, label.to_owned()));
            }
        }
        for (presence, _) in SPOKEN {
            let is_plain = |row: usize| column.presence(row) == presence && reason_at(column, row).is_none();
            if (0..column.len()).any(is_plain) {
                let letter = free.next();
                too_many |= letter.is_none();
                tags.of_kinds.extend(letter.map(|letter| (presence, letter)));
                tags.labels.extend(letter.map(|letter| (letter, presence.name().to_owned())));
            }
        }
        let name = column.name();
        if renamed {
            losses.push(
                name,
                "reasons_renamed",
                "codes of absent values became letters; the code or its label is their label",
            );
        }
        if too_many {
            losses.push(name, "reasons_not_carried", "it has more codes of absent values than the format has letters");
        }
        if !tags.labels.is_empty() && !limits.value_labels {
            losses.push(name, "reasons_not_labelled", "what the letters of absent values mean is not in the file");
            tags.labels.clear();
        }
        tags.report_presence(column, limits, losses);
        tags.labels.sort();
        tags
    }

    /// What a code stands for is known by its label when the file is read.
    fn report_presence(&self, column: &Column, limits: &Limits, losses: &mut Losses) {
        let said =
            |row: usize| reason_at(column, row).and_then(Code::label).map_or(Presence::Missing, labelled_presence);
        let lost = |row: usize| match column.presence(row) {
            Presence::Observed => false,
            Presence::Missing => said(row) != Presence::Missing,
            presence => !limits.value_labels || (reason_at(column, row).is_some() && said(row) != presence),
        };
        if (0..column.len()).any(lost) {
            let message = "which absent values are missing, and which cannot exist, are not yet due or came after withdrawal, is not in the file";
            losses.push(column.name(), "presence_not_carried", message);
        }
    }

    /// The letter of `row`, whose value is absent.
    pub(super) fn letter(&self, column: &Column, row: usize) -> Option<char> {
        match column.coding().and_then(|coding| coding.reason_index(row)) {
            Some(reason) => self.of_reasons.get(reason).copied().flatten(),
            None => self.of_kinds.iter().find(|(known, _)| *known == column.presence(row)).map(|(_, letter)| *letter),
        }
    }
}

fn reason_at(column: &Column, row: usize) -> Option<&Code> {
    column.coding().and_then(|coding| coding.reason(row))
}

/// The letter of a code that is one already, such as `.a`.
fn own_letter(code: &Code, limits: &Limits) -> Option<char> {
    let mut rest = code.code().strip_prefix('.')?.chars();
    let letter = rest.next().filter(|_| rest.next().is_none())?;
    limits.letters.chars().find(|known| known.eq_ignore_ascii_case(&letter))
}
