//! Families: site, era, arm, service and dates.

use steadfast_core::frame::Date;

use steadfast_core::rng::Stream;

use super::{FAMILIES, Truth, below, stream};

/// Sites, their country and families. Each number is a multiple of the block of four, so that the arms are equal.
pub(super) const SITES: [(&str, &str, usize); 6] = [
    ("S1", "Scotland", 120),
    ("S2", "Scotland", 52),
    ("E1", "England", 84),
    ("E2", "England", 44),
    ("E3", "England", 32),
    ("E4", "England", 28),
];

/// Families of the English sites.
pub(super) const ENGLAND_SHARE: f64 = 188.0 / 360.0;

/// Families in each arm.
pub(super) const PER_ARM: usize = FAMILIES / 2;

/// Families with 1, 2, 3 and 4 children: 360 families, 439 children.
const SIZES: [usize; 4] = [294, 55, 9, 2];

/// The randomised service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm {
    /// New Orleans Intervention Model.
    Nim,
    /// Social-work services as usual.
    Sau,
}

/// The order of consent, baseline and randomisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Era {
    /// Consent, baseline, randomisation.
    BaselineFirst,
    /// Consent, randomisation, baseline.
    ConsentFirst,
    /// Randomisation, consent, baseline.
    RandomisationFirst,
}

/// A family as it was randomised.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// The identifier, `F001` to `F360`.
    pub id: String,
    /// The number of children in the trial, 1–4.
    pub size: usize,
    /// The site.
    pub site: &'static str,
    /// The country of the site.
    pub country: &'static str,
    /// The order of consent, baseline and randomisation.
    pub era: Era,
    /// The arm.
    pub arm: Arm,
    /// Whether the family received NIM; never under services as usual.
    pub received: bool,
    /// When the children entered care.
    pub care_entry: Date,
    /// When the carers consented.
    pub consent: Date,
    /// When the family was randomised.
    pub randomised: Date,
    /// When the baseline was assessed.
    pub baseline: Date,
}

impl Family {
    /// The day on which a visit is due: baseline as assessed, 15 months after care entry, 30 months after randomisation.
    pub fn due(&self, visit: usize) -> Date {
        match visit {
            0 => self.baseline,
            1 => Date(self.care_entry.0 + 457),
            _ => Date(self.randomised.0 + 913),
        }
    }
}

/// All families in the order in which the children entered care.
pub(super) fn enrol(truth: &Truth, seed: u64) -> Vec<Family> {
    let mut sizes: Vec<usize> =
        SIZES.iter().enumerate().flat_map(|(i, &count)| std::iter::repeat_n(i + 1, count)).collect();
    stream(seed, "best trial: family sizes", 0).shuffle(&mut sizes);
    let mut families = Vec::with_capacity(FAMILIES);
    for (index, (site, country, count)) in SITES.into_iter().enumerate() {
        for arm in blocks(count, seed, index) {
            let draw = stream(seed, "best trial: dates", families.len());
            families.push(recruit(site, country, arm, sizes[families.len()], draw));
        }
    }
    families.sort_by_key(|family| family.care_entry);
    for (number, family) in families.iter_mut().enumerate() {
        family.id = format!("F{:03}", number + 1);
    }
    deliver(truth, &mut families, seed);
    families
}

/// Arms of a site in permuted blocks of four.
fn blocks(count: usize, seed: u64, site: usize) -> Vec<Arm> {
    let mut draw = stream(seed, "best trial: randomisation", site);
    let mut arms = Vec::with_capacity(count);
    while arms.len() < count {
        let mut block = [Arm::Nim, Arm::Nim, Arm::Sau, Arm::Sau];
        draw.shuffle(&mut block);
        arms.extend(block);
    }
    arms
}

/// A family with its dates. Scotland recruits from December 2011 to June 2021, England from January 2017.
fn recruit(site: &'static str, country: &'static str, arm: Arm, size: usize, mut draw: Stream) -> Family {
    const DECEMBER_2011: i32 = 15_309;
    const JULY_2014: i32 = 16_252;
    const JANUARY_2017: i32 = 17_167;
    const JANUARY_2018: i32 = 17_532;
    const JUNE_2021: i32 = 18_779;
    let mut days = |from: i32, to: i32| from + below(&mut draw, (to - from) as u64) as i32;
    let first = if country == "Scotland" { DECEMBER_2011 } else { JANUARY_2017 };
    let entry = days(first, JUNE_2021);
    let era = match entry {
        ..JULY_2014 => Era::BaselineFirst,
        JULY_2014..JANUARY_2018 => Era::ConsentFirst,
        _ => Era::RandomisationFirst,
    };
    // The baseline is 4–14 weeks after care entry whatever the order.
    let (consent, randomised, baseline) = match era {
        Era::BaselineFirst => {
            let baseline = entry + days(28, 99);
            (baseline - days(1, 15), baseline + days(7, 29), baseline)
        }
        Era::ConsentFirst => {
            let randomised = entry + days(21, 57);
            (randomised - days(1, 15), randomised, randomised + days(7, 36))
        }
        Era::RandomisationFirst => {
            let randomised = entry + days(14, 43);
            let consent = randomised + days(3, 15);
            (consent, randomised, consent + days(14, 36))
        }
    };
    let dates = [entry, consent, randomised, baseline].map(Date);
    let [care_entry, consent, randomised, baseline] = dates;
    Family {
        id: String::new(),
        size,
        site,
        country,
        era,
        arm,
        received: false,
        care_entry,
        consent,
        randomised,
        baseline,
    }
}

/// Gives the service to `truth.receivers` families of the NIM arm, chosen at random.
fn deliver(truth: &Truth, families: &mut [Family], seed: u64) {
    let mut nim: Vec<usize> = (0..families.len()).filter(|&i| families[i].arm == Arm::Nim).collect();
    stream(seed, "best trial: adherence", 0).shuffle(&mut nim);
    for &chosen in nim.iter().take(truth.receivers) {
        families[chosen].received = true;
    }
}
