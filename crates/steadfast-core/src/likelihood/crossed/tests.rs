use nalgebra::DMatrix;

use super::super::engine::{Engine, Solver};
use super::super::solution::Hessian;
use super::super::{Criterion, SecondOrder};
use crate::design::{Design, DesignOptions};
use crate::frame::{Column, Frame};
use crate::parallel::Threads;

/// Numbers without structure between −½ and ½.
fn noise(i: usize, salt: usize) -> f64 {
    let mixed = (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (salt as u64).wrapping_mul(0xd1b5_4a32_d192_ed03);
    let mixed = (mixed ^ (mixed >> 31)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 11) as f64 / (1u64 << 53) as f64 - 0.5
}

/// 120 rows: raters crossed with children who are nested in two groups of sites that share no rater.
fn frame() -> Frame {
    let n = 120;
    let rows = 0..n;
    let half = |i: usize| i / 60;
    let child = |i: usize| format!("c{}", half(i) * 12 + (i * 7) % 12);
    let rater = |i: usize| format!("r{}", half(i) * 5 + (i * 11 + i / 12) % 5);
    let site = |i: usize| format!("s{}", half(i) * 2 + ((i * 7) % 12) / 6);
    let time = |i: usize| (i % 5) as f64;
    Frame::new(vec![
        Column::float(
            "y",
            rows.clone().map(|i| 3.0 + 0.4 * time(i) + 4.0 * noise(i, 1) + noise(i / 9, 2)).collect::<Vec<_>>(),
        ),
        Column::float("t", rows.clone().map(time).collect::<Vec<_>>()),
        Column::float("x", rows.clone().map(|i| noise(i, 3)).collect::<Vec<_>>()),
        Column::float("w", rows.clone().map(|i| 1.0 + noise(i, 4).abs()).collect::<Vec<_>>()),
        Column::factor("child", rows.clone().map(child).collect::<Vec<_>>()),
        Column::factor("rater", rows.clone().map(rater).collect::<Vec<_>>()),
        Column::factor("site", rows.map(site).collect::<Vec<_>>()),
    ])
    .unwrap()
}

const FORMULAS: [&str; 9] = [
    "y ~ 0 + (1 | child) + (1 | rater)",
    "y ~ t + (1 | child) + (1 | rater)",
    "y ~ t + x + (1 + t | child) + (1 | rater)",
    "y ~ t + (1 + t || child) + (1 | rater) + (1 | site)",
    "y ~ x + (1 | site/child)",
    "y ~ t + (1 | site:rater) + (1 + x | rater)",
    "y ~ t + cs(1 + t | child) + (1 | rater)",
    "y ~ t + ar1(1 + t + x | child) + (1 | rater)",
    "y ~ 0 + t + (0 + t | child) + (1 | rater)",
];

/// Both engines for a model.
fn engines(formula: &str, weights: Option<String>) -> (Engine, Engine, Design) {
    let design = Design::build(&formula.parse().unwrap(), &frame(), &DesignOptions { weights }).unwrap();
    let engine = |solver| Engine::new(&design, solver, Threads::ONE).unwrap();
    (engine(Solver::Clustered), engine(Solver::Sparse), design)
}

/// θ away from the start, and on the boundary: every other standard deviation zero, then all of them.
fn points(engine: &Engine) -> Vec<Vec<f64>> {
    let start = engine.start();
    let moved: Vec<f64> = start.iter().enumerate().map(|(i, t)| t * (0.7 + 0.3 * i as f64) + 0.11).collect();
    let mut sds = Vec::new();
    for block in engine.blocks.iter().take(engine.random.len()) {
        sds.extend(block.structure.standard_deviations().iter().map(|at| block.offset + at));
    }
    let zeroed = |every: usize| {
        let mut theta = moved.clone();
        sds.iter().step_by(every).for_each(|&at| theta[at] = 0.0);
        theta
    };
    let tiny = moved.iter().enumerate().map(|(i, t)| if i == 0 { 1e-5 } else { *t }).collect();
    vec![start.clone(), moved.clone(), zeroed(2), zeroed(1), tiny]
}

fn close(a: &DMatrix<f64>, b: &DMatrix<f64>, what: &str) {
    let scale = a.amax().max(1.0);
    let worst = (a - b).amax() / scale;
    // Two different orders of elimination of a few dozen effects; ten digits are promised.
    assert!(worst < 1e-10, "{what}: {worst:e}\n{a}{b}");
}

#[test]
fn both_engines_agree_on_the_deviance_and_on_all_its_derivatives() {
    for formula in FORMULAS {
        for weights in [None, Some("w".to_owned())] {
            let (dense, sparse, design) = engines(formula, weights);
            for (at, theta) in points(&dense).iter().enumerate() {
                for criterion in [Criterion::Reml, Criterion::Ml] {
                    let natural = dense.natural(theta);
                    let what = format!("{formula} at {at} {criterion:?}");
                    let reml = criterion == Criterion::Reml;
                    let (a, b) =
                        (dense.solve(&natural, criterion).unwrap(), sparse.solve(&natural, criterion).unwrap());
                    assert!((a.value - b.value).abs() < 1e-10 * a.value.abs(), "{what}: {} {}", a.value, b.value);
                    close(&a.vcov, &b.vcov, &format!("{what}: vcov"));
                    let second = sparse.second_opinion(&design, &natural, criterion).unwrap();
                    assert!((b.value - second).abs() < 1e-10 * a.value.abs(), "{what}: second opinion");
                    let exact = |engine: &Engine| engine.derivatives(&natural, criterion, Hessian::Exact).unwrap();
                    let (c, d) = (exact(&dense), exact(&sparse));
                    let column = |v: &nalgebra::DVector<f64>| DMatrix::from_column_slice(v.len(), 1, v.as_slice());
                    close(&column(&c.gradient), &column(&d.gradient), &format!("{what}: gradient"));
                    close(&c.hessian, &d.hessian, &format!("{what}: Hessian"));
                    let expected = |engine: &Engine, s| engine.expected(&natural, s, reml).unwrap();
                    close(&expected(&dense, &a), &expected(&sparse, &b), &format!("{what}: information"));
                    let (p, q) = (dense.slopes(&natural, &a).unwrap(), sparse.slopes(&natural, &b).unwrap());
                    p.iter().zip(&q).for_each(|(p, q)| close(p, q, &format!("{what}: slopes")));
                    let k = natural.len();
                    let w = DMatrix::from_fn(k, k, |i, j| if i == j { 1.0 } else { 0.1 / (1.0 + (i + j) as f64) });
                    for order in [SecondOrder::Kept, SecondOrder::Dropped] {
                        let bias = |engine: &Engine, s, slopes| engine.bias(&natural, s, slopes, &w, order).unwrap();
                        close(&bias(&dense, &a, &p), &bias(&sparse, &b, &q), &format!("{what}: bias"));
                    }
                }
            }
        }
    }
}
