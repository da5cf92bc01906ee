//! England's official indicators of placement stability, each with its rule.

use super::calendar::{CollectionYear, age, months_before};
use super::care::{Period, Placement};
use super::histories::Histories;
use super::state::StateKind;
use crate::frame::Date;

/// A rule by which stability is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StabilityRule {
    /// 3 or more placements in the year, among children looked after on 31 March.
    ThreeInYear,
    /// 3 or more placements in the previous 2 years, among children looked after for 2 years on 31 March.
    ThreeInTwoYears,
    /// The same carer for 2 years, among children under 16 looked after for 2.5 years on 31 March.
    SameCarer,
}

impl StabilityRule {
    /// The rules in order.
    pub const ALL: [Self; 3] = [Self::ThreeInYear, Self::ThreeInTwoYears, Self::SameCarer];

    /// The name that tables use.
    pub fn name(self) -> &'static str {
        match self {
            Self::ThreeInYear => "three_placements_in_year",
            Self::ThreeInTwoYears => "three_placements_in_two_years",
            Self::SameCarer => "same_carer_two_years",
        }
    }

    /// The rule in words.
    pub fn text(self) -> &'static str {
        match self {
            Self::ThreeInYear => {
                "Of the children looked after on 31 March, those who were in 3 or more placements from 1 April to 31 \
                 March, the one they were in on 1 April included; temporary placements from which they returned and \
                 series of short breaks are not counted."
            }
            Self::ThreeInTwoYears => {
                "Of the children looked after on 31 March whose period of care began on or before 31 March two years \
                 earlier, those who were in 3 or more placements in these two years, counted in the same way."
            }
            Self::SameCarer => {
                "Of the children under 16 looked after on 31 March whose period of care began on or before 30 \
                 September two and a half years earlier, those who have had the same carer since 31 March two years \
                 earlier or before, and those in an adoptive placement that lasted so long together with the time with \
                 the carer of the placement before it."
            }
        }
    }
}

/// An indicator of one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Indicator {
    /// The rule.
    pub rule: StabilityRule,
    /// The collection year.
    pub year: CollectionYear,
    /// Children to whom the numerator's condition applies.
    pub numerator: usize,
    /// Children in the denominator.
    pub denominator: usize,
    /// Children of whom the data do not say whether they belong to the denominator: care began before the data did, or
    /// the day of birth is missing. They are in neither count.
    pub undetermined: usize,
}

impl Indicator {
    /// The numerator as a share of the denominator, unless that is empty.
    pub fn share(&self) -> Option<f64> {
        (self.denominator > 0).then(|| self.numerator as f64 / self.denominator as f64)
    }
}

/// Every indicator of `year`; none when the data were cut before its 31 March.
///
/// A placement is in a window when the child slept there for a night of it, or entered it on the last day. A child
/// whose care began before the data did (see [`Period::truncated`]) is in a denominator when the days known suffice.
///
/// # Source
/// Rules (a) and (b): the tables of Department for Education, *Stability measures for children looked after in England*,
/// reporting year 2024. Rule (c): the same for "same carer"; the clause on adoptive placements is that of National
/// Indicator 63.
pub fn indicators(histories: &Histories, year: CollectionYear) -> Vec<Indicator> {
    if histories.cut() < year.last_day() {
        return Vec::new();
    }
    StabilityRule::ALL.into_iter().map(|rule| indicator(histories, year, rule)).collect()
}

/// Whether a child counts.
enum Verdict {
    Outside,
    Undetermined,
    Counted(bool),
}

fn indicator(histories: &Histories, year: CollectionYear, rule: StabilityRule) -> Indicator {
    let mut result = Indicator { rule, year, numerator: 0, denominator: 0, undetermined: 0 };
    for periods in histories.by_child() {
        match verdict(histories, periods, year, rule) {
            Verdict::Outside => {}
            Verdict::Undetermined => result.undetermined += 1,
            Verdict::Counted(yes) => {
                result.denominator += 1;
                result.numerator += usize::from(yes);
            }
        }
    }
    result
}

fn verdict(histories: &Histories, periods: &[Period], year: CollectionYear, rule: StabilityRule) -> Verdict {
    let last = year.last_day();
    let Some(now) = periods.iter().find(|period| period.covers(last)) else { return Verdict::Outside };
    let two_years = months_before(last, 24);
    let for_long = |since: Date| match (now.start <= since, now.truncated) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    };
    match rule {
        StabilityRule::ThreeInYear => Verdict::Counted(placements_in(periods, year.first_day(), last) >= 3),
        StabilityRule::ThreeInTwoYears => match for_long(two_years) {
            None => Verdict::Undetermined,
            Some(false) => Verdict::Outside,
            Some(true) => {
                let first = CollectionYear(year.0 - 1).first_day();
                Verdict::Counted(placements_in(periods, first, last) >= 3)
            }
        },
        StabilityRule::SameCarer => {
            let young = histories.children[now.child as usize].born.map(|born| age(born, last) < 16);
            match (young, for_long(months_before(last, 30))) {
                (Some(false), _) | (_, Some(false)) => Verdict::Outside,
                (None, _) | (_, None) => Verdict::Undetermined,
                (Some(true), Some(true)) => {
                    Verdict::Counted(same_carer_since(histories, now, last).is_some_and(|since| since <= two_years))
                }
            }
        }
    }
}

/// Placements in which the child was between `first` and `last`.
fn placements_in(periods: &[Period], first: Date, last: Date) -> usize {
    let within = |placement: &&Placement| {
        // A placement that ended on its first day is in the window of that day.
        let reaches = |stop: Date| stop > first || (stop == first && placement.start == first);
        placement.start <= last && placement.stop.is_none_or(reaches)
    };
    periods.iter().flat_map(|period| &period.placements).filter(within).count()
}

/// Since when the child has been with the carer of `day`; an adoptive placement with the carer of the placement before it, who may be
/// the same.
fn same_carer_since(histories: &Histories, period: &Period, day: Date) -> Option<Date> {
    let known = &period.placements[..=period.placements.iter().rposition(|placement| placement.start <= day)?];
    let since = |carer: u32| known.iter().find(|placement| placement.carer == carer).map(|placement| placement.start);
    let now = known.last()?;
    let adoptive = |placement: &Placement| histories.states[placement.state as usize].kind() == StateKind::Adoptive;
    let with_adopter = |placement: &&Placement| adoptive(placement) && placement.carer == now.carer;
    match known.iter().rev().find(|placement| !with_adopter(placement)) {
        Some(before) if adoptive(now) => since(before.carer),
        _ => since(now.carer),
    }
}
