//! The children of the trial as England's SSDA903 return would hold them, one return a year, with the truth beside it.
//!
//! Every child lives as if in England, whatever its site. A life is drawn day by day: changes of legal status, moves with
//! and without a change of carer, holidays of the carer, ways out of care and returns. The truth is counted while it is
//! drawn, not from the files.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use steadfast_core::frame::Date;

use super::children::{Child, Sex};
use super::families::Arm;
use super::ssda903_life::{Episode, Life, Paces, live};
use super::{BestTrial, stream};

/// The first of the shipped returns, by the year in which it ends.
pub const FIRST_RETURN: i32 = 2019;

/// The last of them.
pub const LAST_RETURN: i32 = 2021;

/// The first return in which a child of the trial can be.
pub const FIRST_TRIAL_RETURN: i32 = 2012;

const EPISODES: &str = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN";
const HEADER: &str = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB";
const ADOPTIONS: &str = "CHILD,DOB,DATE_INT,DATE_MATCH,FOSTER_CARE,NB_ADOPTR,SEX_ADOPTR,LS_ADOPTR";
const MISSING: &str = "CHILD,DOB,MISSING,MIS_START,MIS_END";
const TRUTH: &str =
    "child,periods,placements,moves,carer_changes,bridged,legal_changes,days_in_care,days_missing,last_exit";

/// A table of one year's return.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReturnFile {
    /// The collection year, by the year in which it ends.
    pub year: i32,
    /// The file's name: `episodes.csv`, `header.csv`, `ad1.csv` or `missing.csv`.
    pub name: &'static str,
    /// The file.
    pub text: String,
}

/// What the service does to lives in care from randomisation on, and how families differ. The default does nothing, and lets
/// children leave care whenever they do; under any other truth a child is in care when it is randomised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CareTruth {
    /// The ratio of the rates of moves of the arm NIM to those of SAU, but for moves to adopters, which are as frequent in both.
    pub moves: f64,
    /// The ratio of the hazards of returning home.
    pub home: f64,
    /// The variance of the gamma variable, of mean 1, by which all rates of moves of a family are multiplied.
    pub family_variance: f64,
}

impl Default for CareTruth {
    fn default() -> Self {
        Self { moves: 1.0, home: 1.0, family_variance: 0.0 }
    }
}

impl CareTruth {
    /// The truth of the shipped placement trial.
    pub fn placement_trial() -> Self {
        Self { moves: 0.7, home: 1.6, family_variance: 0.3 }
    }

    /// The truth as TOML.
    ///
    /// # Errors
    /// None that numbers can cause.
    pub fn to_toml(&self) -> Result<String, toml::ser::Error> {
        toml::to_string(self)
    }

    /// The frailty of the family at the place `family`.
    fn frailty(&self, seed: u64, family: usize) -> f64 {
        if self.family_variance <= 0.0 {
            return 1.0;
        }
        let shape = 1.0 / self.family_variance;
        stream(seed, "best trial: care frailty", family).gamma(shape).map_or(1.0, |drawn| drawn / shape)
    }
}

impl BestTrial {
    /// The returns of the collection years `first` to `last` of the children who entered care in them. Each return holds
    /// what was known on its 31 March; an episode that is open then stands in the next return too.
    pub fn ssda903(&self, first: i32, last: i32) -> Vec<ReturnFile> {
        self.ssda903_under(&CareTruth::default(), first, last)
    }

    /// The same when lives are as `truth` says.
    pub fn ssda903_under(&self, truth: &CareTruth, first: i32, last: i32) -> Vec<ReturnFile> {
        let lives = self.lives(truth, first, last);
        let mut files = Vec::new();
        for year in first..=last {
            for (name, text) in [
                ("episodes.csv", table(EPISODES, &lives, |child, life| episodes(child, life, year))),
                ("header.csv", table(HEADER, &lives, |child, life| header(child, life, year))),
                ("ad1.csv", table(ADOPTIONS, &lives, |child, life| adoption(child, life, year))),
                ("missing.csv", table(MISSING, &lives, |child, life| absences(child, life, year))),
            ] {
                files.push(ReturnFile { year, name, text });
            }
        }
        files
    }

    /// What is true of each child of these returns up to 31 March `last`, as CSV.
    pub fn ssda903_truth(&self, first: i32, last: i32) -> String {
        self.ssda903_truth_under(&CareTruth::default(), first, last)
    }

    /// The same when lives are as `truth` says.
    pub fn ssda903_truth_under(&self, truth: &CareTruth, first: i32, last: i32) -> String {
        table(TRUTH, &self.lives(truth, first, last), |child, life| {
            let t = &life.truth;
            let counts = [t.periods, t.placements, t.moves, t.carer_changes, t.bridged, t.legal_changes];
            let counts = counts.map(|count| count.to_string()).join(",");
            vec![format!("{},{counts},{},{},{}", child.id, t.days_in_care, t.days_missing, t.last_exit)]
        })
    }

    fn lives(&self, truth: &CareTruth, first: i32, last: i32) -> Vec<(&Child, Life)> {
        let (opening, closing) = (march(first - 1).0 + 1, march(last));
        let mut lives = Vec::new();
        for (index, child) in self.children.iter().enumerate() {
            let entry = self.families[child.family].care_entry;
            if entry.0 >= opening && entry < closing {
                let draw = stream(self.seed, "best trial: ssda903", index);
                let family = &self.families[child.family];
                let frailty = truth.frailty(self.seed, child.family);
                let randomised = Some(family.randomised).filter(|_| *truth != CareTruth::default());
                let paces = Paces::new(truth, family.arm == Arm::Nim, frailty, randomised);
                lives.push((child, live(draw, index, (entry, closing), paces)));
            }
        }
        lives
    }
}

/// 31 March of `year`.
fn march(year: i32) -> Date {
    Date::from_ymd(year, 3, 31).unwrap_or(Date(0))
}

fn table(columns: &str, lives: &[(&Child, Life)], rows: impl Fn(&Child, &Life) -> Vec<String>) -> String {
    let mut text = format!("{columns}\n");
    for (child, life) in lives {
        for row in rows(child, life) {
            text.push_str(&row);
            text.push('\n');
        }
    }
    text
}

/// A day as the return writes it.
fn written(day: Date) -> String {
    let (year, month, day) = day.ymd();
    format!("{day:02}/{month:02}/{year:04}")
}

/// Whether something from `start` to `stop` belongs into the return of `year`.
fn reported(start: Date, stop: Option<Date>, year: i32) -> bool {
    start <= march(year) && stop.is_none_or(|stop| stop > march(year - 1))
}

fn episodes(child: &Child, life: &Life, year: i32) -> Vec<String> {
    let mine = life.episodes.iter().filter(|episode| reported(episode.start, episode.stop(), year));
    mine.map(|episode| line(child, life, episode, year)).collect()
}

fn line(child: &Child, life: &Life, episode: &Episode, year: i32) -> String {
    let ended = episode.ended.filter(|(day, _)| *day <= march(year));
    let mut text = format!("{},{},{},{},", child.id, written(episode.start), episode.began, episode.legal);
    let (day, how) = ended.map_or((String::new(), ""), |(day, how)| (written(day), how));
    let reason = if ended.is_some() { episode.reason } else { "" };
    // Writing to a string cannot fail. The postcode area ZZ exists nowhere.
    let _ = write!(text, "{},{},{},{day},{how},{reason},ZZ99 9ZZ,", life.need, episode.place, episode.provider);
    let _ = write!(text, "ZZ{:02} {}ZZ,{}", episode.address / 10 % 100, episode.address % 10, episode.urn);
    text
}

fn header(child: &Child, life: &Life, year: i32) -> Vec<String> {
    let is_in = life.episodes.iter().any(|episode| reported(episode.start, episode.stop(), year));
    let sex = if child.sex == Sex::Girl { 2 } else { 1 };
    // No child of the trial has a pupil number; UN1 says that it is too young to have one.
    if is_in { vec![format!("{},{sex},{},WBRI,UN1,0,", child.id, written(child.born))] } else { Vec::new() }
}

fn adoption(child: &Child, life: &Life, year: i32) -> Vec<String> {
    let order =
        life.episodes.iter().filter_map(|episode| episode.ended.filter(|(_, how)| matches!(*how, "E11" | "E12")));
    let mut rows = Vec::new();
    for (day, _) in order.filter(|(day, _)| march(year - 1) < *day && *day <= march(year)) {
        let matched = written(Date(day.0 - 60));
        rows.push(format!("{},{},{},{matched},0,2,MF,L11", child.id, written(child.born), written(Date(day.0 - 90))));
    }
    rows
}

fn absences(child: &Child, life: &Life, year: i32) -> Vec<String> {
    let mine = life.absences.iter().filter(|(start, stop)| reported(*start, Some(*stop), year));
    mine.map(|&(start, stop)| {
        let stop = if stop <= march(year) { written(stop) } else { String::new() };
        format!("{},{},M,{},{stop}", child.id, written(child.born), written(start))
    })
    .collect()
}
