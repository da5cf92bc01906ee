use super::*;
use crate::frame::Column;
use crate::survival::{Cox, WeightVariance};

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
    }
}

/// Twelve people, with ties of every kind.
fn twelve() -> Frame {
    Frame::new(vec![
        Column::integer("id", (1..=12).collect()),
        Column::float("t", vec![1., 2., 2., 2., 3., 4., 4., 5., 5., 6., 7., 8.]),
        Column::factor("s", ["b", "c", "b", "a", "a", "c", "b", "a", "c", "b", "a", "c"]),
        Column::float("x", vec![0., 1., 0., 1., 1., 0., 1., 0., 1., 1., 0., 0.]),
        Column::float("e", vec![0., 1., 0., 0., 1.5, 0., 2., 1., 0., 3., 2., 4.]),
    ])
    .unwrap()
}

fn model(formula: &str) -> FineGray {
    FineGray::new(formula.parse().unwrap()).cause("a").censored("c")
}

fn variance(fit: &FineGrayFit, variance: WeightVariance) -> f64 {
    let row = &fit.inference(variance).unwrap().coefficients().unwrap()[0];
    row.std_error * row.std_error
}

/// survival 3.5-3: coxph(Surv(fgstart, fgstop, fgstatus) ~ x, finegray(Surv(t, s) ~ ., d, etype = "a"), weights = fgwt, cluster = id),
/// eps = 1e-14; 1e-9 as R's last step may leave.
#[test]
fn estimates_are_those_of_finegray_and_coxph() {
    let fit = model("Surv(t, s) ~ x").fit(&twelve()).unwrap();
    close(fit.beta(), &[0.369492602832633], 1e-9);
    close(&[variance(&fit, WeightVariance::Known)], &[0.811008473896580], 1e-9);
    close(&[variance(&fit, WeightVariance::Model)], &[1.013862538110533], 1e-9);
}

/// cmprsk 2.2-11: crr(t, code, x, failcode = 1, gtol = 1e-12).
#[test]
fn estimates_and_the_variance_of_fine_and_gray_are_those_of_crr() {
    let fit =
        model("Surv(t, s) ~ x").ties(Ties::Breslow).censoring_ties(CensoringTies::WithEvents).fit(&twelve()).unwrap();
    close(fit.beta(), &[0.374939791866255], 1e-9);
    close(&[variance(&fit, WeightVariance::Estimated)], &[0.803118802936285], 1e-9);
    close(&[variance(&fit, WeightVariance::Model)], &[1.014167738366709], 1e-9);
}

#[test]
fn without_competing_events_it_is_the_model_of_cox() {
    let frame = twelve();
    let rows: Vec<u32> =
        (0..12).filter(|row| frame.column("s").unwrap().to_factor().level(*row as usize) != Some("b")).collect();
    let alone = frame.select(&rows);
    for ties in [Ties::Efron, Ties::Breslow] {
        let ours = model("Surv(e, t, s) ~ x").ties(ties).fit(&alone).unwrap();
        let cox =
            Cox::new("Surv(e, t, s) ~ x".parse().unwrap()).ties(ties).cause("a").censored("c").fit(&alone).unwrap();
        assert_eq!((ours.beta(), ours.vcov()), (cox.beta(), cox.vcov()));
        assert_eq!(ours.n_competing(), 0);
        let dfbeta = cox.residuals().unwrap().dfbeta;
        for variance in [WeightVariance::Known, WeightVariance::Estimated, WeightVariance::Jackknife] {
            close(&ours.influence(variance), &dfbeta, 1e-14);
        }
    }
}

/// The weights of Geskus as products over times of censoring and of entry, for the rows that `finegray` would write.
fn expanded(frame: &Frame, entry: Option<&str>) -> Frame {
    let numbers = |name: &str| frame.column(name).unwrap().to_numeric().unwrap().to_vec();
    let (t, x) = (numbers("t"), numbers("x"));
    let e = entry.map_or(vec![0.0; t.len()], numbers);
    let s = frame.column("s").unwrap().to_factor();
    let is = |row: usize, level: &str| s.level(row) == Some(level);
    let n = t.len();
    let count = |f: &dyn Fn(usize) -> bool| (0..n).filter(|&row| f(row)).count() as f64;
    let same = |a: f64, b: f64| a.total_cmp(&b).is_eq();
    let factor = |u: f64| {
        let censored = count(&|row| is(row, "c") && same(t[row], u));
        let open = count(&|row| e[row] < u && (t[row] > u || (same(t[row], u) && is(row, "c"))));
        let (enter, inside) = (count(&|row| same(e[row], u)), count(&|row| e[row] <= u && t[row] > u));
        (if censored > 0.0 { 1.0 - censored / open } else { 1.0 })
            / (if enter > 0.0 { 1.0 - enter / inside } else { 1.0 })
    };
    let mut events: Vec<f64> = (0..n).filter(|&row| is(row, "a")).map(|row| t[row]).collect();
    events.dedup();
    let mut changes: Vec<f64> = t.iter().chain(&e).copied().collect();
    changes.sort_by(f64::total_cmp);
    changes.dedup();
    let mut rows: Vec<[f64; 6]> = Vec::new();
    for row in 0..n {
        let event = f64::from(u8::from(is(row, "a")));
        rows.push([e[row], t[row], event, 1.0, x[row], row as f64]);
        for &at in events.iter().filter(|at| is(row, "b") && **at > t[row]) {
            let weight: f64 = changes.iter().filter(|u| **u >= t[row] && **u < at).map(|u| factor(*u)).product();
            rows.push([at - 0.25, at, 0.0, weight, x[row], row as f64]);
        }
    }
    let names = ["start", "stop", "event", "w", "x", "id"];
    let column = |(at, name): (usize, &&str)| Column::float(*name, rows.iter().map(|row| row[at]).collect());
    Frame::new(names.iter().enumerate().map(column).collect()).unwrap()
}

#[test]
fn the_model_of_cox_says_the_same_of_rows_written_out_with_their_weights() {
    let frame = twelve();
    for (formula, entry) in [("Surv(t, s) ~ x", None), ("Surv(e, t, s) ~ x", Some("e"))] {
        for ties in [Ties::Efron, Ties::Breslow] {
            let ours = model(formula).ties(ties).fit(&frame).unwrap();
            let written =
                Cox::new("Surv(start, stop, event) ~ x + cluster(id)".parse().unwrap()).weights("w").ties(ties);
            let written = written.fit(&expanded(&frame, entry)).unwrap();
            close(ours.beta(), written.beta(), 1e-9);
            close(ours.vcov().as_slice(), written.vcov().as_slice(), 1e-9);
            let robust = written.inference(crate::survival::Variance::Cr0).unwrap().vcov()[(0, 0)];
            close(&[variance(&ours, WeightVariance::Known)], &[robust], 1e-9);
            let steps = |steps: Vec<Vec<(f64, f64)>>| steps[0].iter().map(|step| step.1).collect::<Vec<f64>>();
            close(&steps(ours.baseline_hazard()), &steps(written.baseline_hazard().unwrap()), 1e-9);
        }
    }
}

/// β̂ and the incidence of x = 1 at 6 when row `row` weighs `weight` and all others `1 + row/10`.
fn perturbed(row: usize, weight: f64) -> (f64, f64, FineGrayFit) {
    let weights = (0..12).map(|at| if at == row { weight } else { 1.0 + at as f64 / 10.0 }).collect();
    let frame = twelve().with_column(Column::float("w", weights)).unwrap();
    let fit = model("Surv(e, t, s) ~ x").weights("w").fit(&frame).unwrap();
    let who = Frame::new(vec![Column::float("x", vec![1.0])]).unwrap();
    let how = crate::survival::Transformation::Plain;
    let incidence = fit.predict(&who, &[6.0], WeightVariance::Jackknife, how, 0.95).unwrap()[0];
    (fit.beta()[0], incidence.probability, fit)
}

#[test]
fn the_jackknife_is_the_derivative_of_the_whole_procedure_by_the_weights_of_rows() {
    // Central differences of step 1e-4 are good to 1e-8; left truncation, ties of all kinds and unequal weights.
    let (_, _, fit) = perturbed(0, 1.0);
    let influence = fit.influence(WeightVariance::Jackknife);
    let who = Frame::new(vec![Column::float("x", vec![1.0])]).unwrap();
    let baselines = fit.baselines(&[6.0], WeightVariance::Jackknife).unwrap();
    let profiles = fit.new_rows.profiles(&who).unwrap();
    let mut gradient = vec![0.0; 2];
    fit.part(&profiles, 0, 0, 1, &baselines, 1.0, &mut gradient);
    for (row, change) in influence.iter().enumerate() {
        let weight = 1.0 + row as f64 / 10.0;
        let (up, down) = (perturbed(row, weight + 1e-4), perturbed(row, weight - 1e-4));
        close(&[change / weight], &[(up.0 - down.0) / 2e-4], 1e-6);
        let cluster = &baselines.joint.clusters[row * 2..row * 2 + 2];
        let found = gradient[0] * cluster[0] + gradient[1] * cluster[1];
        close(&[found / weight], &[(up.1 - down.1) / 2e-4], 1e-6);
    }
}

#[test]
fn what_cannot_be_estimated_is_an_error_that_names_it() {
    let code = |model: FineGray, frame: &Frame| model.fit(frame).map_or_else(|error| error.code(), |_| "ok");
    assert_eq!(code(model("Surv(t, s) ~ x").cause("z"), &twelve()), "unknown_cause");
    assert_eq!(code(FineGray::new("Surv(t, s) ~ x".parse().unwrap()).censored("c"), &twelve()), "several_causes");
    let rows: Vec<u32> = (0..12).filter(|row| ![3, 4, 7, 10].contains(row)).collect();
    assert_eq!(code(model("Surv(t, s) ~ x"), &twelve().select(&rows)), "no_events");
    let late = Column::float("e", vec![0., 5., 5., 5., 5., 5., 5., 5., 5., 5., 5., 5.]);
    let later = Column::float("t", vec![1., 6., 6., 6., 7., 8., 8., 9., 9., 10., 11., 12.]);
    let frame = twelve().with_column(late).unwrap().with_column(later).unwrap();
    assert_eq!(code(model("Surv(e, t, s) ~ x"), &frame), "no_truncation_weights");
}
