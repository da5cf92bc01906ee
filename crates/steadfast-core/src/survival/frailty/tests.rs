use super::*;
use crate::frame::Column;
use crate::lmm::Position;
use crate::survival::Cox;

/// `clusters` families of `size` with hazards that differ by e^±spread; every fourth child is censored; times as they come, or by weeks.
fn families(clusters: u64, size: u64, spread: f64, tied: bool) -> Frame {
    let mut state = 88_172_645_463_325_252_u64 ^ clusters;
    let mut uniform = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let (mut rows, mut site) = (Vec::new(), Vec::new());
    for family in 0..clusters {
        let b = spread * (2.0 * uniform() - 1.0);
        for child in 0..size {
            let (x, arm) = (2.0 * uniform() - 1.0, (family % 2) as f64);
            let time = -uniform().ln() * (-(b + 0.5 * x - 0.4 * arm)).exp() * 10.0;
            let time = if tied { time.ceil().max(1.0) } else { time };
            rows.push((time, i64::from(child % 4 != 3), x, arm, family as i64));
            site.push((family / 3) as i64);
        }
    }
    Frame::new(vec![
        Column::float("time", rows.iter().map(|row| row.0).collect()),
        Column::integer("event", rows.iter().map(|row| row.1).collect()),
        Column::float("x", rows.iter().map(|row| row.2).collect()),
        Column::float("arm", rows.iter().map(|row| row.3).collect()),
        Column::integer("family", rows.iter().map(|row| row.4).collect()),
        Column::integer("site", site),
    ])
    .unwrap()
}

fn model(formula: &str, distribution: FrailtyDistribution) -> Frailty {
    Frailty::new(formula.parse().unwrap()).distribution(distribution)
}

const GAMMA: FrailtyDistribution = FrailtyDistribution::Gamma;
const NORMAL: FrailtyDistribution = FrailtyDistribution::LogNormal;
const SHARED: &str = "Surv(time, event) ~ x + arm + frailty(family)";

fn close(found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(expected) {
        assert!((a - b).abs() <= tolerance * (1.0 + b.abs()), "{a} is not {b}");
    }
}

fn numbers(frame: &Frame, name: &str) -> Vec<f64> {
    frame.column(name).unwrap().to_numeric().unwrap().to_vec()
}

/// Σ_g ln ∫ Π (λ e^η u)^δ exp(−u Λ) γ(u) du with the baseline given, by the trapezoidal rule in ln u: the definition.
fn by_quadrature(frame: &Frame, beta: &[f64], jumps: &[(f64, f64)], theta: f64) -> f64 {
    let [time, event, x, arm, family] = ["time", "event", "x", "arm", "family"].map(|name| numbers(frame, name));
    let clusters = family.iter().fold(0.0_f64, |most, f| most.max(*f)) as usize + 1;
    let mut sums = vec![(0.0, 0.0, 0.0); clusters];
    for row in 0..time.len() {
        let eta = beta[0] * x[row] + beta[1] * arm[row];
        let own = &mut sums[family[row] as usize];
        own.1 += eta.exp() * jumps.iter().filter(|jump| jump.0 <= time[row]).map(|jump| jump.1).sum::<f64>();
        if event[row] > 0.0 {
            own.0 += 1.0;
            own.2 += eta + jumps.iter().find(|jump| jump.0.to_bits() == time[row].to_bits()).unwrap().1.ln();
        }
    }
    let nu = 1.0 / theta;
    let constant = nu * nu.ln() - libm::lgamma(nu);
    let of_cluster = |&(d, cumulative, log): &(f64, f64, f64)| {
        let integrand = |b: f64| ((nu + d) * b - (nu + cumulative) * b.exp() + constant).exp();
        let integral: f64 = (-30_000..=8_000).map(|k| integrand(f64::from(k) * 1e-3)).sum::<f64>() * 1e-3;
        log + integral.ln()
    };
    sums.iter().map(of_cluster).sum()
}

#[test]
fn the_gamma_likelihood_is_the_integral_and_the_fit_its_maximum() {
    let frame = families(12, 4, 1.5, false);
    let fit = model(SHARED, GAMMA).fit(&frame).unwrap();
    assert!(fit.theta() > 0.05, "{}", fit.theta());
    let jumps = fit.baseline_hazard().remove(0);
    let at = |beta: &[f64], jumps: &[(f64, f64)], theta: f64| by_quadrature(&frame, beta, jumps, theta);
    let best = at(fit.beta(), &jumps, fit.theta());
    // The partial likelihood is the likelihood at its best jumps, but for e for each event.
    close(&[fit.log_likelihood()], &[best + fit.n_events() as f64], 1e-12);
    for factor in [0.99, 1.01] {
        assert!(at(fit.beta(), &jumps, fit.theta() * factor) < best);
        assert!(at(&[fit.beta()[0] * factor, fit.beta()[1]], &jumps, fit.theta()) < best);
        for k in [0, 7, jumps.len() - 1] {
            let mut moved = jumps.clone();
            moved[k].1 *= factor;
            assert!(at(fit.beta(), &moved, fit.theta()) < best);
        }
    }
    // ln θ: the profile's curvature by differences, each point with its own best β and jumps.
    let log = |by: f64| {
        let theta = fit.theta() * f64::exp(by);
        model(SHARED, GAMMA).known_variance(theta).fit(&frame).unwrap().log_likelihood()
    };
    let h = 0.02;
    let bend =
        (16.0 * (log(h) + log(-h)) - log(2.0 * h) - log(-2.0 * h) - 30.0 * fit.log_likelihood()) / (12.0 * h * h);
    close(&[fit.log_theta_variance().unwrap()], &[-1.0 / bend], 1e-5);
}

#[test]
fn standard_errors_that_know_theta_are_smaller_than_those_that_do_not() {
    let frame = families(20, 4, 1.5, true);
    for distribution in [GAMMA, NORMAL] {
        let fit = model(SHARED, distribution).fit(&frame).unwrap();
        let [known, total] = [FrailtyVariance::Known, FrailtyVariance::Total].map(|v| fit.vcov(v).unwrap());
        assert!((0..2).all(|j| total[(j, j)] > known[(j, j)] && total[(j, j)] < 1.2 * known[(j, j)]), "{known}{total}");
    }
}

#[test]
fn no_variance_is_the_cox_model() {
    let frame = families(30, 2, 0.0, true);
    let cox = Cox::new("Surv(time, event) ~ x + arm".parse().unwrap()).fit(&frame).unwrap();
    for distribution in [GAMMA, NORMAL] {
        let fit = model(SHARED, distribution).known_variance(0.0).fit(&frame).unwrap();
        close(fit.beta(), cox.beta(), 1e-10);
        close(fit.vcov(FrailtyVariance::Total).unwrap().as_slice(), cox.vcov().as_slice(), 1e-10);
        close(&[fit.log_likelihood()], &[cox.log_likelihood().1], 1e-13);
        // Next to nothing is next to that.
        let near = model(SHARED, distribution).known_variance(1e-9).fit(&frame).unwrap();
        close(near.beta(), cox.beta(), 1e-7);
        close(&[near.log_likelihood()], &[cox.log_likelihood().1], 1e-8);
    }
}

#[test]
fn families_that_are_too_much_alike_have_no_variance() {
    // One event in each family of two, at times that alternate: less differs between families than chance would have it.
    let n = 24;
    let frame = Frame::new(vec![
        Column::float(
            "time",
            (0..n).map(|row| if row % 2 == 0 { row as f64 + 1.0 } else { 60.0 - row as f64 }).collect(),
        ),
        Column::integer("event", (0..n).map(|row| i64::from(row % 2 == 0)).collect()),
        Column::integer("family", (0..n).map(|row| (row / 2) as i64).collect()),
    ])
    .unwrap();
    for distribution in [GAMMA, NORMAL] {
        let fit = model("Surv(time, event) ~ frailty(family)", distribution).fit(&frame).unwrap();
        assert!(fit.theta().abs() < f64::MIN_POSITIVE);
        assert!(matches!(fit.certificate().position, Position::Boundary { .. }));
        assert!((fit.boundary_test().unwrap().p_value - 1.0).abs() < f64::EPSILON);
        let interval = fit.variance_interval(0.95).unwrap();
        assert!(interval.conf_low == 0.0 && interval.conf_high.unwrap() > 0.0, "{interval:?}");
        assert!(fit.homogeneity_test().unwrap().z < 0.0);
        assert!((fit.size().unwrap().median_hazard_ratio - 1.0).abs() < f64::EPSILON);
    }
}

#[test]
fn nested_groups_of_one_level_are_shared_and_the_order_of_rows_changes_no_bit() {
    let frame = families(24, 3, 1.0, true);
    let n = frame.n_rows();
    let one = frame.clone().with_column(Column::integer("one", vec![1; n])).unwrap();
    let shared = model(SHARED, NORMAL).fit(&frame).unwrap();
    let bar = model("Surv(time, event) ~ x + arm + (1 | family)", NORMAL).fit(&frame).unwrap();
    assert_eq!(shared.beta(), bar.beta());
    // A level that all share changes no hazard ratio: its variance is not identified, and zero is as good as any.
    let nested = model("Surv(time, event) ~ x + arm + frailty(one, family)", NORMAL).fit(&one).unwrap();
    close(&[nested.log_likelihood()], &[shared.log_likelihood()], 1e-9);
    close(nested.beta(), shared.beta(), 1e-5);
    let order: Vec<u32> = (0..n as u32).map(|row| (row * 37 + 5) % n as u32).collect();
    for distribution in [GAMMA, NORMAL] {
        let [a, b] = [&frame, &frame.select(&order)].map(|frame| model(SHARED, distribution).fit(frame).unwrap());
        assert_eq!((a.beta(), a.log_likelihood(), a.theta()), (b.beta(), b.log_likelihood(), b.theta()));
    }
}

#[test]
fn two_levels_are_told_apart() {
    let frame = families(45, 3, 1.2, true);
    let fit = model("Surv(time, event) ~ x + frailty(site, family)", NORMAL).fit(&frame).unwrap();
    assert_eq!(fit.n_groups(), [("site", 15), ("site:family", 45)]);
    let outer = model("Surv(time, event) ~ x + frailty(site)", NORMAL).fit(&frame).unwrap();
    let inner = model("Surv(time, event) ~ x + frailty(family)", NORMAL).fit(&frame).unwrap();
    assert!(fit.log_likelihood() >= outer.log_likelihood().max(inner.log_likelihood()) - 1e-9);
    assert_eq!(fit.boundary_test().unwrap_err().code(), "several_parameters");
}

#[test]
fn landmarks_give_the_determinant_of_the_dense_matrix() {
    for (size, tied) in [(3, false), (4, true)] {
        let frame = families(300, size, 1.0, tied);
        let fit = model(SHARED, NORMAL).known_variance(0.6).fit(&frame).unwrap();
        let factors = vec![vec![libm::sqrt(0.6)]];
        let (model, solved) = (&fit.model.penalised, &fit.optimum.at.solved);
        let dense = model.by_dense_factor(solved, &factors).unwrap();
        let off = |landmarks| {
            let (value, error) = model.by_landmarks(solved, &factors[0], landmarks).unwrap();
            assert!((value - dense).abs() < error + 1e-11, "{landmarks}: {value} {dense} {error}");
            (value - dense).abs()
        };
        // Twice as many landmarks leave some eighth of the error.
        let errors = [off(16), off(32), off(64), off(128)];
        assert!(errors[0] < 1e-2 && errors[3] < 1e-2 * errors[0], "{errors:?}");
    }
}

#[test]
fn predictions_average_over_the_frailty() {
    let frame = families(20, 4, 1.5, true);
    for distribution in [GAMMA, NORMAL] {
        let fit = model(SHARED, distribution).fit(&frame).unwrap();
        let new = frame.select(&[0, 5]);
        let of = |cluster| fit.survival(&new, "", &[0.0, 4.0, 9.0], cluster).unwrap();
        let (typical, average, known) = (of(Cluster::Typical), of(Cluster::New), of(Cluster::Known));
        assert!((typical[0].survival[0] - 1.0).abs() < f64::EPSILON);
        let hazard = -typical[1].survival[2].ln();
        let (theta, steps) = (fit.theta(), 20_000);
        // E exp(−u Λ) by the midpoint rule over the quantiles of u, or of b.
        let expected: f64 = (0..steps)
            .map(|k| {
                let q = (f64::from(k) + 0.5) / f64::from(steps);
                let u = if distribution == GAMMA {
                    crate::special::ChiSquared::new(2.0 / theta).unwrap().quantile(q).unwrap() * theta / 2.0
                } else {
                    (theta.sqrt() * crate::special::Normal.quantile(q).unwrap()).exp()
                };
                (-u * hazard).exp()
            })
            .sum::<f64>()
            / f64::from(steps);
        close(&[average[1].survival[2]], &[expected], 1e-5);
        let effect = &fit.group_effects(0.95).unwrap()[1];
        let u = if distribution == GAMMA { effect.estimate } else { effect.estimate.exp() };
        close(&[known[1].survival[2]], &[(-hazard * u).exp()], 1e-12);
        assert!(effect.conf_low < effect.estimate && effect.estimate < effect.conf_high);
    }
}

#[test]
fn what_cannot_be_fitted_is_an_error_that_says_why() {
    let frame = families(8, 3, 1.0, true);
    let code = |formula: &str, distribution| match model(formula, distribution).fit(&frame) {
        Ok(_) => "ok",
        Err(error) => error.code(),
    };
    assert_eq!(code("Surv(time, event) ~ x", NORMAL), "no_random_effects");
    assert_eq!(code("Surv(time, event) ~ frailty(site, family)", GAMMA), "gamma_groups");
    assert_eq!(code("Surv(time, event) ~ (1 + x | family)", GAMMA), "gamma_groups");
    assert_eq!(code("Surv(time, event) ~ frailty(nobody)", GAMMA), "unknown_column");
    assert_eq!(model(SHARED, GAMMA).known_variance(-1.0).fit(&frame).unwrap_err().code(), "bad_variance");
    let cox = Cox::new(SHARED.parse().unwrap()).fit(&frame).unwrap_err();
    assert!(cox.code() == "unsupported_term" && cox.to_string().contains("frailty(family)"), "{cox}");
}

#[test]
fn odd_clusters_are_fitted_or_refused_and_never_lost() {
    let frame = families(10, 4, 1.0, true);
    let n = frame.n_rows();
    let with = |family: Vec<i64>| frame.clone().with_column(Column::integer("family", family)).unwrap();
    for distribution in [GAMMA, NORMAL] {
        // One cluster: its frailty changes no partial likelihood.
        let one = model(SHARED, distribution).fit(&with(vec![3; n])).unwrap();
        assert!(one.theta().abs() < f64::MIN_POSITIVE);
        // A row a cluster: ties and covariates alone tell, if anything does.
        let each = model(SHARED, distribution).fit(&with((0..n as i64).collect()));
        assert!(each.is_ok() || each.unwrap_err().code() == "not_converged");
        // A hazard that differs by e¹⁰ between families.
        let wide = model(SHARED, distribution).fit(&families(30, 4, 5.0, false)).unwrap();
        assert!(wide.theta() > 0.5 && wide.beta().iter().all(|b| b.is_finite()), "{}", wide.theta());
        let huge = model(SHARED, distribution).known_variance(1e4).fit(&frame).unwrap();
        assert!(huge.log_likelihood().is_finite() && huge.log_likelihood() < huge.cox_log_likelihood());
    }
}

/// Commenges and Andersen's T, its variance and z for one covariate, with `rows` of (start, stop, event, x, group): every residual and every
/// covariation is made anew at every event time.
fn homogeneity_by_definition(rows: &[(f64, f64, bool, f64, usize)], beta: f64) -> [f64; 2] {
    let groups = rows.iter().map(|row| row.4 + 1).max().unwrap();
    let mut times: Vec<f64> = rows.iter().filter(|row| row.2).map(|row| row.1).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut residual = vec![0.0; groups];
    let [mut squares, mut events, mut own, mut cross, mut information] = [0.0; 5];
    for time in times {
        let at_risk: Vec<_> = rows.iter().filter(|row| row.0 < time && time <= row.1).collect();
        let total: f64 = at_risk.iter().map(|row| (beta * row.3).exp()).sum();
        let (mut p, mut px) = (vec![0.0; groups], vec![0.0; groups]);
        for row in &at_risk {
            p[row.4] += (beta * row.3).exp() / total;
            px[row.4] += (beta * row.3).exp() * row.3 / total;
        }
        let own_events: Vec<_> = at_risk.iter().filter(|row| row.2 && row.1.to_bits() == time.to_bits()).collect();
        let d = own_events.len() as f64;
        let sum = |of: &dyn Fn(usize) -> f64| (0..groups).map(of).sum::<f64>();
        // An event in group g moves Σ M² − N + ∫ Σ p² dN by Q_g − Σ Q p with Q = 2 (M before it − p).
        let q: Vec<f64> = (0..groups).map(|g| 2.0 * (residual[g] - p[g])).collect();
        let (mean, mean_x) = (sum(&|g| q[g] * p[g]), sum(&|g| px[g]));
        own += d * (sum(&|g| q[g] * q[g] * p[g]) - mean * mean);
        cross += d * (sum(&|g| q[g] * px[g]) - mean * mean_x);
        let second: f64 = at_risk.iter().map(|row| (beta * row.3).exp() * row.3 * row.3 / total).sum();
        information += d * (second - mean_x * mean_x);
        squares += d * sum(&|g| p[g] * p[g]);
        events += d;
        own_events.iter().for_each(|row| residual[row.4] += 1.0);
        (0..groups).for_each(|g| residual[g] -= d * p[g]);
    }
    let statistic = residual.iter().map(|m| m * m).sum::<f64>() - events + squares;
    [statistic, own - cross * cross / information]
}

#[test]
fn the_homogeneity_test_is_its_definition_where_rows_of_a_group_follow_each_other() {
    let frame = families(15, 4, 1.0, true);
    let [stop, event, x, family] = ["time", "event", "x", "family"].map(|name| numbers(&frame, name));
    // Half of the rows are cut at 3, so that they follow each other with another x.
    let mut rows = Vec::new();
    for row in 0..stop.len() {
        let (end, own, group) = (stop[row], event[row] > 0.0, family[row] as usize);
        if row % 2 == 0 && end > 3.0 {
            rows.push((0.0, 3.0, false, x[row], group));
            rows.push((3.0, end, own, -x[row], group));
        } else {
            rows.push((0.0, end, own, x[row], group));
        }
    }
    let frame = Frame::new(vec![
        Column::float("start", rows.iter().map(|row| row.0).collect()),
        Column::float("stop", rows.iter().map(|row| row.1).collect()),
        Column::integer("event", rows.iter().map(|row| i64::from(row.2)).collect()),
        Column::float("x", rows.iter().map(|row| row.3).collect()),
        Column::integer("family", rows.iter().map(|row| row.4 as i64).collect()),
    ])
    .unwrap();
    let spec = model("Surv(start, stop, event) ~ x + frailty(family)", GAMMA).ties(Ties::Breslow);
    let cox = spec.clone().known_variance(0.0).fit(&frame).unwrap();
    let test = spec.fit(&frame).unwrap().homogeneity_test().unwrap();
    close(&[test.statistic, test.variance], &homogeneity_by_definition(&rows, cox.beta()[0]), 1e-11);
}

#[test]
fn an_approximated_determinant_is_in_the_certificate_and_in_what_a_report_says() {
    let few = model(SHARED, NORMAL).fit(&families(60, 2, 1.2, true)).unwrap();
    assert!(few.certificate().approximation.is_none());
    assert!(few.inference(FrailtyVariance::Total).unwrap().cautions().is_empty());
    let many = model(SHARED, NORMAL).fit(&families(1_100, 2, 1.2, true)).unwrap();
    let found = many.certificate().approximation.unwrap();
    // Neither is of the size of what chance leaves.
    assert!(found.log_likelihood > 0.0 && found.log_likelihood < 1e-3, "{found:?}");
    assert!(found.standard_errors > 0.0 && found.standard_errors < 1e-3, "{found:?}");
    let inference = many.inference(FrailtyVariance::Total).unwrap();
    assert!(inference.cautions().iter().any(|one| one.contains("approximated")));
}
