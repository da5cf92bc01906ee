//! Answers to the items of questionnaires: siblings, two visits, carers and teachers, ages that outgrow a form.

use std::fmt::Write as _;

use steadfast_core::rng::{Purpose, Stream, Streams};

/// The seed of the questionnaires that the workspace ships.
pub const QUESTIONNAIRES_SEED: u64 = 20_261_122;

/// The families of the questionnaires that the workspace ships.
pub const FAMILIES: usize = 90;

const NOT_APPLICABLE: &str = "NOT_APPLICABLE";

/// Items of the SDQ that count from the other end: those who have difficulties say no to them.
const REVERSED: [usize; 5] = [7, 11, 14, 21, 25];

/// Items about helping others, which go with few difficulties.
const PROSOCIAL: [usize; 5] = [1, 4, 9, 17, 20];

const IMPACT: [&str; 6] = ["any_difficulties", "distress", "home", "friends", "learning", "leisure"];

/// One occasion on which somebody answers about a child.
struct Occasion {
    age: f64,
    teacher: bool,
    /// How difficult the child is in the eyes of this informant: standard normal but for the informant's own part.
    difficulty: f64,
}

/// A table of answers as comma-separated text, one row a child, visit and informant.
///
/// Each of `families` has one to three children of 0 to 9 years, seen at baseline and 30 months later. Difficulty is the sum of a
/// family's, a child's and an informant's part; answers are cuts of 0.6 times the difficulty plus noise of 0.8. Children under 2 have no
/// SDQ and no PedsQL, children under 4 no teacher. Of the questionnaires 4 % were not returned, and of the items of the others 3 %
/// were left out.
///
/// # Panics
/// Never.
pub fn questionnaires(families: usize, seed: u64) -> String {
    let streams = Streams::new(seed, Purpose::new("simulate: questionnaires"));
    let mut text = header();
    for family in 0..families {
        let mut draw = streams.stream(0, family as u64);
        let of_family = 0.6 * draw.normal();
        let children = 1 + (0..2).filter(|_| draw.bernoulli(0.3)).count();
        for child in 0..children {
            let of_child = 0.6 * draw.normal();
            let first_age = 0.5 + 8.0 * draw.uniform();
            for (visit, years) in [("baseline", 0.0), ("30 months", 2.5)] {
                let age = (100.0 * (first_age + years)).floor() / 100.0;
                let informants: &[bool] = if age < 4.0 { &[false] } else { &[false, true] };
                for &teacher in informants {
                    let difficulty = of_family + of_child + 0.5 * draw.normal();
                    let who = if teacher {
                        "teacher"
                    } else if draw.bernoulli(0.7) {
                        "foster"
                    } else {
                        "kinship"
                    };
                    let _ = write!(text, "F{family:03},F{family:03}-{},{visit},{who},{age}", child + 1);
                    row(&mut text, &Occasion { age, teacher, difficulty }, &mut draw);
                    text.push('\n');
                }
            }
        }
    }
    text
}

fn header() -> String {
    let sdq = (1..=25).map(|item| format!("sdq_{item}")).chain(IMPACT.iter().map(|item| format!("sdq_{item}")));
    let pedsql = (1..=23).map(|item| format!("pedsql_{item}"));
    let fixed = ["family", "child", "visit", "informant", "age"].map(str::to_owned);
    let names: Vec<String> = fixed.into_iter().chain(sdq).chain(pedsql).chain(["pir_gas".to_owned()]).collect();
    names.join(",") + "\n"
}

fn row(text: &mut String, of: &Occasion, draw: &mut Stream) {
    sdq(text, of, draw);
    pedsql(text, of, draw);
    let rating = 62.0 - 9.0 * of.difficulty + 8.0 * draw.normal();
    let cell = if of.teacher { NOT_APPLICABLE.to_owned() } else { rating.round().clamp(1.0, 100.0).to_string() };
    let _ = write!(text, ",{cell}");
}

/// What stands in a cell: the code where there can be no answer, nothing where there is none.
fn cell(text: &mut String, applies: bool, returned: bool, answer: u32, draw: &mut Stream) {
    let answered = draw.bernoulli(0.97);
    let _ = match (applies, returned && answered) {
        (false, _) => write!(text, ",{NOT_APPLICABLE}"),
        (true, true) => write!(text, ",{answer}"),
        (true, false) => write!(text, ","),
    };
}

fn sdq(text: &mut String, of: &Occasion, draw: &mut Stream) {
    let (applies, returned) = (of.age >= 2.0, draw.bernoulli(0.96));
    for item in 1..=25 {
        let sign = if REVERSED.contains(&item) || PROSOCIAL.contains(&item) { -1.0 } else { 1.0 };
        let latent = sign * 0.6 * of.difficulty + 0.8 * draw.normal();
        let shift = if sign < 0.0 { 0.5 } else { -0.1 };
        let answer = [-0.2, 0.9].iter().filter(|cut| latent + shift > **cut).count() as u32;
        cell(text, applies, returned, answer, draw);
    }
    let latent = of.difficulty + 0.5 * draw.normal();
    let any = [0.0, 0.8, 1.6].iter().filter(|cut| latent > **cut).count() as u32;
    // Where there are no difficulties the others are not asked; teachers are not asked about home and leisure.
    for item in IMPACT {
        let asked = item == "any_difficulties" || (any > 0 && !(of.teacher && (item == "home" || item == "leisure")));
        let latent = of.difficulty + 0.8 * draw.normal();
        let answer = if item == "any_difficulties" {
            any
        } else {
            [-0.5, 0.5, 1.5].iter().filter(|cut| latent > **cut).count() as u32
        };
        cell(text, applies && asked, returned, answer, draw);
    }
}

fn pedsql(text: &mut String, of: &Occasion, draw: &mut Stream) {
    let (applies, returned) = (of.age >= 2.0 && !of.teacher, draw.bernoulli(0.96));
    let items = if of.age < 5.0 { 21 } else { 23 };
    let nursery = of.age >= 5.0 || draw.bernoulli(0.6);
    for item in 1..=23 {
        let latent = 0.6 * of.difficulty + 0.8 * draw.normal();
        let answer = [-0.3, 0.4, 1.0, 1.6].iter().filter(|cut| latent > **cut).count() as u32;
        cell(text, applies && item <= items && (item < 19 || nursery), returned, answer, draw);
    }
}
