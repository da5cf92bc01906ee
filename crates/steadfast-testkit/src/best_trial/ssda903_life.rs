//! One child's life in and out of care, drawn day by day, and what is true of it.

use steadfast_core::frame::Date;
use steadfast_core::rng::Stream;

use super::below;
use super::ssda903::CareTruth;

/// An episode, with its codes.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Episode {
    pub(super) start: Date,
    pub(super) ended: Option<(Date, &'static str)>,
    pub(super) began: &'static str,
    pub(super) legal: &'static str,
    pub(super) place: &'static str,
    pub(super) provider: &'static str,
    pub(super) reason: &'static str,
    /// The child's first address is 1, and no address comes twice but by a return.
    pub(super) address: u64,
    pub(super) urn: String,
}

impl Episode {
    pub(super) fn stop(&self) -> Option<Date> {
        self.ended.map(|(day, _)| day)
    }
}

/// What is true of a life, counted while it is drawn.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LifeTruth {
    pub(super) periods: usize,
    pub(super) placements: usize,
    pub(super) moves: usize,
    pub(super) carer_changes: usize,
    pub(super) bridged: usize,
    pub(super) legal_changes: usize,
    pub(super) days_in_care: i32,
    pub(super) days_missing: i32,
    /// The code of the last exit, `none` while no period has ended or another is open.
    pub(super) last_exit: &'static str,
}

/// A life.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Life {
    pub(super) need: &'static str,
    pub(super) episodes: Vec<Episode>,
    pub(super) absences: Vec<(Date, Date)>,
    pub(super) truth: LifeTruth,
}

/// Types of placement with their providers, and how often each is drawn.
const PLACES: [(&str, &str, f64); 6] = [
    ("U6", "PR1", 0.50),
    ("U6", "PR4", 0.15),
    ("U3", "PR1", 0.17),
    ("U4", "PR1", 0.08),
    ("K2", "PR4", 0.05),
    ("R3", "PR2", 0.05),
];

/// Days until something happens, on average.
const MEAN: f64 = 150.0;

const NEEDS: [(&str, f64); 4] = [("N1", 0.7), ("N3", 0.1), ("N4", 0.1), ("N5", 0.1)];
const LEGAL: [(&str, f64); 3] = [("C1", 0.5), ("C2", 0.3), ("V2", 0.2)];
const REASONS: [(&str, f64); 6] =
    [("CARPL", 0.5), ("CREQB", 0.15), ("CREQO", 0.15), ("STAND", 0.05), ("CLOSE", 0.05), ("OTHER", 0.1)];
const EXITS: [(&str, f64); 7] =
    [("E4A", 0.4), ("E4B", 0.15), ("E45", 0.2), ("E47", 0.05), ("E41", 0.1), ("E3", 0.05), ("E2", 0.05)];

/// What happens next, and how often.
const EVENTS: [(Event, f64); 8] = [
    (Event::Legal, 0.25),
    (Event::Move, 0.25),
    (Event::Address, 0.05),
    (Event::Both, 0.08),
    (Event::BothSameCarer, 0.04),
    (Event::Holiday, 0.10),
    (Event::Adopters, 0.08),
    (Event::Exit, 0.15),
];

#[derive(Clone, Copy)]
enum Event {
    Legal,
    Move,
    Address,
    Both,
    BothSameCarer,
    Holiday,
    Adopters,
    Exit,
}

/// A value drawn by its weight.
fn one_of<T: Copy>(draw: &mut Stream, weighted: &[(T, f64)]) -> T {
    let weights: Vec<f64> = weighted.iter().map(|(_, weight)| *weight).collect();
    weighted[draw.categorical(&weights).unwrap_or_default()].0
}

/// Days until something happens: at least one, exponential with this mean.
fn wait(draw: &mut Stream, mean: f64) -> i32 {
    1 + (draw.exponential() * mean) as i32
}

/// How often what happens to a child, and the days until something does.
#[derive(Clone, Copy)]
struct Pace {
    events: [(Event, f64); 8],
    exits: [(&'static str, f64); 7],
    mean: f64,
}

/// The pace of a child, and the day of randomisation before which it is that of a child whom the service does not know yet and
/// who stays in care, since it is there to be randomised.
pub(super) struct Paces {
    before: Option<(Date, Pace)>,
    after: Pace,
}

impl Paces {
    /// The pace in the arm of the service (`treated`) of a child whose family moves `frailty` times as often as others.
    pub(super) fn new(truth: &CareTruth, treated: bool, frailty: f64, randomised: Option<Date>) -> Self {
        let mut before = Pace::new(&CareTruth::default(), false, frailty);
        let all: f64 = before.events.iter().map(|event| event.1).sum();
        for (event, weight) in &mut before.events {
            *weight *= if matches!(event, Event::Exit | Event::Adopters) { 0.0 } else { 1.0 };
        }
        before.mean *= all / before.events.iter().map(|event| event.1).sum::<f64>();
        Self { before: randomised.map(|day| (day, before)), after: Pace::new(truth, treated, frailty) }
    }

    fn on(&self, day: Date) -> &Pace {
        self.before.as_ref().filter(|(randomised, _)| day <= *randomised).map_or(&self.after, |(_, pace)| pace)
    }
}

impl Pace {
    /// The pace of a child in the arm of the service (`treated`) whose family moves `frailty` times as often as others.
    fn new(truth: &CareTruth, treated: bool, frailty: f64) -> Self {
        let (moves, home) = if treated { (truth.moves * frailty, truth.home) } else { (frailty, 1.0) };
        let (mut events, mut exits) = (EVENTS, EXITS);
        // Multiplying by one changes no bit, so that a truth without effects draws the same lives as ever.
        for (_, weight) in exits.iter_mut().filter(|(code, _)| matches!(*code, "E4A" | "E4B")) {
            *weight *= home;
        }
        let (before, after) = [&EXITS, &exits].map(|of| of.iter().map(|exit| exit.1).sum::<f64>()).into();
        for (event, weight) in &mut events {
            *weight *= match event {
                Event::Move | Event::Address | Event::Both | Event::BothSameCarer => moves,
                Event::Exit => after / before,
                _ => 1.0,
            };
        }
        let (before, after) = [&EVENTS, &events].map(|of| of.iter().map(|event| event.1).sum::<f64>()).into();
        Self { events, exits, mean: MEAN * before / after }
    }
}

/// A life from the day of entry to the cut.
pub(super) fn live(mut draw: Stream, child: usize, (entry, cut): (Date, Date), paces: Paces) -> Life {
    let need = one_of(&mut draw, &NEEDS);
    let truth = LifeTruth { last_exit: "none", ..LifeTruth::default() };
    let life = Life { need, episodes: Vec::new(), absences: Vec::new(), truth };
    let mut story = Story { draw, child, cut, paces, addresses: 0, life };
    let mut start = entry;
    while let Some(returned) = story.period(start) {
        start = returned;
    }
    story.life
}

struct Story {
    draw: Stream,
    child: usize,
    cut: Date,
    paces: Paces,
    addresses: u64,
    life: Life,
}

impl Story {
    /// One period of care from `start`: the day of the next, if there is one before the cut.
    fn period(&mut self, start: Date) -> Option<Date> {
        let legal = one_of(&mut self.draw, &LEGAL);
        self.life.truth.periods += 1;
        self.life.truth.placements += 1;
        self.life.truth.last_exit = "none";
        self.place("S", start, legal);
        let end = loop {
            let now = self.here().start;
            if self.here().place == "A6" {
                let order = Date(now.0 + 120 + below(&mut self.draw, 180) as i32);
                break (order <= self.cut).then(|| (order, self.leave(order, "E12")));
            }
            let at = self.next(now);
            if at > self.cut {
                break None;
            }
            if let Some(exit) = self.happens(at) {
                break Some((at, exit));
            }
        };
        let stop = end.map_or(self.cut, |(day, _)| day);
        self.life.truth.days_in_care += stop.0 - start.0;
        self.goes_missing(start, stop);
        match end {
            Some((day, "E4A" | "E4B")) if self.draw.bernoulli(0.35) => {
                let back = Date(day.0 + 6 + wait(&mut self.draw, 120.0));
                (back < self.cut).then_some(back)
            }
            _ => None,
        }
    }

    /// The day on which something happens next: what randomisation interrupts is drawn anew, at the pace after it.
    fn next(&mut self, now: Date) -> Date {
        let at = Date(now.0 + wait(&mut self.draw, self.paces.on(now).mean));
        match self.paces.before {
            Some((day, _)) if now <= day && at > day => Date(day.0 + wait(&mut self.draw, self.paces.after.mean)),
            _ => at,
        }
    }

    /// Something happens on the day `at`: the code of the exit when it is one.
    fn happens(&mut self, at: Date) -> Option<&'static str> {
        let legal = self.here().legal;
        let pace = *self.paces.on(at);
        match one_of(&mut self.draw, &pace.events) {
            Event::Legal => {
                let (place, address) = (self.here().clone(), self.here().address);
                self.ends(at, "");
                self.life.truth.legal_changes += 1;
                let legal = other_legal(legal);
                self.push(Episode { start: at, ended: None, began: "L", legal, reason: "", address, ..place });
            }
            Event::Move => self.moves(at, "P", legal),
            Event::Address => self.moves(at, "T", legal),
            Event::Both => self.moves(at, "B", other_legal(legal)),
            Event::BothSameCarer => self.moves(at, "U", other_legal(legal)),
            Event::Holiday => self.holiday(at),
            Event::Adopters => {
                let began = if legal == "E1" { "P" } else { "B" };
                self.moves_to_adopters(at, began);
            }
            Event::Exit => {
                let code = one_of(&mut self.draw, &pace.exits);
                return Some(self.leave(at, code));
            }
        }
        None
    }

    /// A move on the day `at`; the same carer has a new address, another carer perhaps another type.
    fn moves(&mut self, at: Date, began: &'static str, legal: &'static str) {
        let reason = one_of(&mut self.draw, &REASONS);
        let before = self.here().clone();
        self.ends(at, reason);
        self.count_move(began);
        if matches!(began, "P" | "B") {
            self.place(began, at, legal);
        } else {
            let address = self.address();
            let urn = self.urn(address);
            self.push(Episode { start: at, ended: None, began, legal, reason: "", address, urn, ..before });
        }
    }

    fn moves_to_adopters(&mut self, at: Date, began: &'static str) {
        self.ends(at, "CARPL");
        self.count_move(began);
        let address = self.address();
        let episode = self.episode(began, at, "E1", ("A6", "PR1"), address);
        self.push(episode);
    }

    fn count_move(&mut self, began: &'static str) {
        let truth = &mut self.life.truth;
        truth.placements += 1;
        truth.moves += 1;
        truth.carer_changes += usize::from(matches!(began, "P" | "B"));
        truth.legal_changes += usize::from(matches!(began, "B" | "U"));
    }

    /// A holiday of the carer, unless it would last beyond the cut.
    fn holiday(&mut self, at: Date) {
        let back = Date(at.0 + 3 + below(&mut self.draw, 12) as i32);
        if back > self.cut {
            return;
        }
        let usual = self.here().clone();
        self.ends(at, "");
        let address = self.address();
        let away = Episode { urn: String::new(), ..self.episode("P", at, usual.legal, ("T3", ""), address) };
        self.push(away);
        self.ends(back, "");
        self.push(Episode { start: back, ended: None, began: "P", reason: "", ..usual });
        self.life.truth.bridged += 1;
    }

    /// Begins a placement of a type that is drawn.
    fn place(&mut self, began: &'static str, at: Date, legal: &'static str) {
        let kinds = PLACES.map(|(place, provider, weight)| ((place, provider), weight));
        let kind = one_of(&mut self.draw, &kinds);
        let address = self.address();
        let episode = self.episode(began, at, legal, kind, address);
        self.push(episode);
    }

    fn episode(
        &self,
        began: &'static str,
        start: Date,
        legal: &'static str,
        (place, provider): (&'static str, &'static str),
        address: u64,
    ) -> Episode {
        let urn = self.urn(address);
        Episode { start, ended: None, began, legal, place, provider, reason: "", address, urn }
    }

    fn goes_missing(&mut self, start: Date, stop: Date) {
        let length = (stop.0 - start.0) as u64;
        if length < 30 || !self.draw.bernoulli(0.15) {
            return;
        }
        let from = Date(start.0 + 10 + below(&mut self.draw, length - 20) as i32);
        let to = Date(from.0 + 1 + below(&mut self.draw, 5) as i32);
        self.life.truth.days_missing += to.0 - from.0;
        self.life.absences.push((from, to));
    }

    fn leave(&mut self, at: Date, code: &'static str) -> &'static str {
        if let Some(episode) = self.life.episodes.last_mut() {
            episode.ended = Some((at, code));
        }
        self.life.truth.last_exit = code;
        code
    }

    fn ends(&mut self, at: Date, reason: &'static str) {
        if let Some(episode) = self.life.episodes.last_mut() {
            (episode.ended, episode.reason) = (Some((at, "X1")), reason);
        }
    }

    fn push(&mut self, episode: Episode) {
        self.life.episodes.push(episode);
    }

    /// The episode that is open.
    fn here(&self) -> &Episode {
        &self.life.episodes[self.life.episodes.len() - 1]
    }

    fn address(&mut self) -> u64 {
        self.addresses += 1;
        self.addresses
    }

    fn urn(&self, address: u64) -> String {
        format!("SC{:06}", self.child as u64 * 100 + address)
    }
}

/// The legal status after a change.
fn other_legal(legal: &str) -> &'static str {
    match legal {
        "V2" => "C1",
        "C1" => "C2",
        _ => "C1",
    }
}
