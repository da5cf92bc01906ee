//! Crossed random effects: ratings of children by raters, and crossed factors of any size.

use steadfast_core::frame::{Column, Frame, Role};
use steadfast_core::rng::{Purpose, Stream, Streams};

use super::{factor, frame, identifiers};

/// The seed of the ratings that the workspace ships: 60 children, 60 raters, 15 raters a child.
pub const RATINGS_SEED: u64 = 20_261_122;

/// `score` of `children` by `raters`, each child by `raters_per_child` of them, drawn without replacement.
///
/// ```text
/// score = 50 + 2·(arm b) − 1.5·occasion + 1·occasion·(arm b) + b₀ + b₁·occasion + r + e
/// sd(b₀) = 4, sd(b₁) = 1.2, corr = −0.3, sd(r) = 2.5, sd(e) = 3; to two decimals
/// ```
///
/// The ratings of a child are at `occasion` 0, 1 and 2 in turn, and its `arm` is `a` or `b` in turn.
///
/// # Panics
/// Never for fewer than 2³² children and raters.
pub fn ratings(children: usize, raters: usize, raters_per_child: usize, seed: u64) -> Frame {
    let streams = Streams::new(seed, Purpose::new("simulate: ratings"));
    let mut draw = streams.stream(0, u64::MAX);
    let severity: Vec<f64> = (0..raters).map(|_| 2.5 * draw.normal()).collect();
    let (mut score, mut occasion) = (Vec::new(), Vec::new());
    let (mut arms, mut of_child, mut of_rater) = (Vec::new(), Vec::new(), Vec::new());
    for child in 0..children {
        let mut draw = streams.stream(0, child as u64);
        let (first, second) = (draw.normal(), draw.normal());
        let (level, slope) = (4.0 * first, 1.2 * (-0.3 * first + 0.91_f64.sqrt() * second));
        let arm = child % 2;
        let mut order: Vec<u32> = (0..raters as u32).collect();
        draw.shuffle(&mut order);
        for (k, &rater) in order.iter().take(raters_per_child).enumerate() {
            let at = (k % 3) as f64;
            let mean = 50.0 - 1.5 * at + arm as f64 * (2.0 + at);
            let value = mean + level + slope * at + severity[rater as usize] + 3.0 * draw.normal();
            score.push((100.0 * value).round() / 100.0);
            occasion.push(at);
            arms.push(arm as u32);
            of_child.push(child as u32);
            of_rater.push(rater);
        }
    }
    let called = |prefix: &str, n| identifiers(n).into_iter().map(|number| format!("{prefix}{number}")).collect();
    frame(vec![
        factor("child", called("c", children), of_child).with_role(Role::Subject),
        factor("rater", called("r", raters), of_rater),
        factor("arm", vec!["a".to_owned(), "b".to_owned()], arms).with_role(Role::Arm),
        Column::float("occasion", occasion).with_role(Role::Time),
        Column::float("score", score).with_role(Role::Outcome),
    ])
}

/// The columns of [`ratings`] as comma-separated text, numbers in the shortest form that reads back to the same double.
pub fn ratings_csv(frame: &Frame) -> String {
    let names: Vec<&str> = frame.columns().iter().map(Column::name).collect();
    let mut text = names.join(",") + "\n";
    for row in 0..frame.n_rows() {
        let cell = |column: &Column| match (column.as_factor(), column.to_numeric()) {
            (Some(factor), _) => factor.level(row).unwrap_or_default().to_owned(),
            (None, Some(numbers)) => numbers[row].to_string(),
            (None, None) => String::new(),
        };
        text.push_str(&frame.columns().iter().map(cell).collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

/// `y` of `rows` rows with a covariate `x` and a factor `g1`, `g2`, … for each number of `levels`.
///
/// ```text
/// y = 3 + 0.2·x + Σ_k b_k + e,   sd(b_k) = 0.5/k, sd(e) = 1.2, x standard normal
/// ```
///
/// Levels are drawn with probabilities that fall linearly from the first to the last, where the last is a quarter as likely
/// as the first: some people rate much and others little. Every level is seen, where there are rows enough.
///
/// # Panics
/// Never for fewer than 2³² levels.
pub fn crossed(rows: usize, levels: &[usize], seed: u64) -> Frame {
    let streams = Streams::new(seed, Purpose::new("simulate: crossed"));
    let mut draw = streams.stream(0, 0);
    let effects: Vec<Vec<f64>> =
        (levels.iter().zip(1..)).map(|(&n, k)| (0..n).map(|_| 0.5 / f64::from(k) * draw.normal()).collect()).collect();
    let (mut y, mut x) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
    let mut codes = vec![Vec::with_capacity(rows); levels.len()];
    for row in 0..rows {
        let covariate = draw.normal();
        let mut value = 3.0 + 0.2 * covariate + 1.2 * draw.normal();
        for ((&n, of_factor), codes) in levels.iter().zip(&effects).zip(&mut codes) {
            let level = if row < n { row } else { unequal(&mut draw, n) };
            value += of_factor[level];
            codes.push(level as u32);
        }
        y.push(value);
        x.push(covariate);
    }
    let mut columns = vec![Column::float("y", y).with_role(Role::Outcome), Column::float("x", x)];
    for (k, (&n, codes)) in levels.iter().zip(codes).enumerate() {
        columns.push(factor(&format!("g{}", k + 1), identifiers(n), codes));
    }
    frame(columns)
}

/// A level of `n` with density proportional to 1 − ¾t at t = level/n.
fn unequal(draw: &mut Stream, n: usize) -> usize {
    // The distribution function (t − ⅜t²)/⅝, solved for t.
    let t = (1.0 - (1.0 - 0.9375 * draw.uniform()).sqrt()) / 0.75;
    ((t * n as f64) as usize).min(n.saturating_sub(1))
}
