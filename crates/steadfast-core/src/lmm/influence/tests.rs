use nalgebra::{DMatrix, DVector};

use super::{Deletion, Refit};
use crate::lmm::fixtures::{Dense, assert_close, fev, fit, read};
use crate::lmm::{Lmm, LmmFit};

/// Deletes the rows of each cluster from X, V and y and solves again.
fn assert_deletion(fit: &LmmFit) {
    let (dense, influence) = (Dense::of(fit), fit.influence().unwrap());
    let (n, p) = dense.x.shape();
    let (phi, beta) = (fit.vcov(), DVector::from_column_slice(fit.beta()));
    let y = &dense.residual + &dense.x * &beta;
    let mut leverages = 0.0;
    for cluster in &influence {
        let kept: Vec<usize> = (0..n).filter(|&i| !cluster.rows.contains(&fit.design.rows[i])).collect();
        let x = dense.x.select_rows(&kept);
        let inverse = dense.v.select_rows(&kept).select_columns(&kept).try_inverse().unwrap();
        let reduced: DMatrix<f64> = (x.transpose() * &inverse * &x).try_inverse().unwrap();
        let beta_without = &reduced * x.transpose() * &inverse * y.select_rows(&kept);
        let change = &beta - &beta_without;
        let Deletion::Estimable(without) = &cluster.deletion else { panic!("{} is not needed", cluster.label) };
        let distance = (change.transpose() * phi.clone().try_inverse().unwrap() * &change)[0];
        assert_close(without.likelihood_distance, distance, 1e-9);
        assert_close(without.cook_distance, distance / p as f64, 1e-9);
        let inner = (change.transpose() * reduced.clone().try_inverse().unwrap() * &change)[0];
        assert_close(without.mdffits, inner / p as f64, 1e-9);
        assert_close(without.covariance_ratio, reduced.determinant() / phi.determinant(), 1e-9);
        let trace = (phi.clone().try_inverse().unwrap() * &reduced).trace() - p as f64;
        assert_close(without.covariance_trace, trace, 1e-9);
        for j in 0..p {
            assert_close(without.beta[j], beta_without[j], 1e-10);
            assert_close(without.std_errors[j], reduced[(j, j)].sqrt(), 1e-10);
            assert_close(without.dfbetas[j], change[j] / phi[(j, j)].sqrt(), 1e-9);
        }
        leverages += cluster.leverage;
    }
    assert_eq!(influence.len(), fit.n_clusters());
    assert_close(leverages, p as f64, 1e-11);
}

#[test]
fn influence_is_that_of_real_deletion_with_the_covariance_parameters_held() {
    assert_deletion(&fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")));
    assert_deletion(&fit("strength ~ 1 + (1 | batch/cask)", &read("pastes")));
    let weighted = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    assert_deletion(&weighted.fit(&read("sleepstudy_weighted")).unwrap());
    let frame = fev();
    let some: Vec<u32> = (0..200).collect();
    assert_deletion(&fit("FEV1 ~ ARMCD * AVISIT + us(AVISIT | USUBJID)", &frame.select(&some)));
}

#[test]
fn the_distance_is_the_rise_of_the_deviance() {
    // −2ℓ is quadratic in β at fixed V: r'V⁻¹r with β̂₍ᵢ₎ less that with β̂.
    let fit = fit("distance ~ age * Sex + (1 | Subject)", &read("orthodont"));
    let dense = Dense::of(&fit);
    let inverse = dense.v.clone().try_inverse().unwrap();
    let square = |r: &DVector<f64>| (r.transpose() * &inverse * r)[0];
    for cluster in fit.influence().unwrap() {
        let Deletion::Estimable(without) = cluster.deletion else { panic!() };
        let change = DVector::from_column_slice(fit.beta()) - DVector::from_vec(without.beta);
        let rise = square(&(&dense.residual + &dense.x * change)) - square(&dense.residual);
        assert_close(without.likelihood_distance, rise, 1e-9);
    }
}

#[test]
fn a_cluster_that_alone_knows_an_effect_cannot_be_left_out() {
    let frame = read("orthodont");
    let first = frame.column("Subject").unwrap().to_factor();
    let own = (0..frame.n_rows()).map(|row| f64::from(u8::from(first.level(row) == Some("M01")))).collect();
    let frame = frame.with_column(crate::frame::Column::float("own", own)).unwrap();
    let influence = fit("distance ~ age + own + (1 | Subject)", &frame).influence().unwrap();
    for cluster in influence {
        assert_eq!(cluster.deletion == Deletion::NotEstimable, cluster.label == "M01");
    }
}

#[test]
fn a_model_without_groups_has_rows_for_clusters() {
    // Cook 1977 for ordinary least squares, D = e²h / (p s² (1 − h)²), with s² of all rows.
    let fit = fit("distance ~ age", &read("orthodont"));
    let influence = fit.influence().unwrap();
    let (dense, residuals) = (Dense::of(&fit), fit.residuals().unwrap());
    assert_eq!((influence.len(), influence[3].label.as_str()), (108, "4"));
    let at = |row: u32| influence.iter().find(|cluster| cluster.rows == [row]).unwrap();
    for (i, &row) in residuals.rows.iter().enumerate() {
        let (h, s2) = (at(row).leverage, dense.v[(i, i)]);
        let Deletion::Estimable(without) = &at(row).deletion else { panic!() };
        let cook = residuals.response[i] * residuals.response[i] * h / (2.0 * s2 * (1.0 - h) * (1.0 - h));
        assert_close(without.cook_distance, cook, 1e-11);
    }
}

/// Deletes the rows of each level from X, V and y and solves again.
fn assert_levels(fit: &LmmFit, factor: &str) {
    let (dense, levels) = (Dense::of(fit), fit.influence_of(factor).unwrap());
    let n = dense.x.nrows();
    let y = &dense.residual + &dense.x * DVector::from_column_slice(fit.beta());
    for level in &levels {
        let kept: Vec<usize> = (0..n).filter(|&i| !level.rows.contains(&fit.design.rows[i])).collect();
        let x = dense.x.select_rows(&kept);
        let inverse = dense.v.select_rows(&kept).select_columns(&kept).try_inverse().unwrap();
        let reduced: DMatrix<f64> = (x.transpose() * &inverse * &x).try_inverse().unwrap();
        let beta = &reduced * x.transpose() * &inverse * y.select_rows(&kept);
        let Deletion::Estimable(without) = &level.deletion else { panic!("{} is not needed", level.label) };
        for j in 0..beta.len() {
            assert_close(without.beta[j], beta[j], 1e-9);
            assert_close(without.std_errors[j], reduced[(j, j)].sqrt(), 1e-9);
        }
        assert_close(without.covariance_ratio, reduced.determinant() / fit.vcov().determinant(), 1e-8);
    }
    assert_eq!(levels.iter().map(|level| level.rows.len()).sum::<usize>(), n);
}

#[test]
fn levels_of_any_factor_can_be_left_out() {
    let penicillin = fit("diameter ~ 1 + (1 | plate) + (1 | sample)", &read("penicillin"));
    assert_levels(&penicillin, "plate");
    assert_levels(&penicillin, "sample");
    let pastes = fit("strength ~ 1 + (1 | batch/cask)", &read("pastes"));
    assert_levels(&pastes, "batch");
    assert_levels(&pastes, "batch:cask");
    assert_levels(&fit("Yield ~ 1 + (1 | Batch)", &read("dyestuff2")), "Batch");
    assert_eq!(pastes.influence_of("cask").unwrap_err().code(), "unknown_factor");
}

#[test]
fn whole_clusters_are_left_out_as_by_the_engine_that_knows_no_others() {
    let assert_same = |fit: LmmFit, factor: &str| {
        for (one, other) in fit.influence().unwrap().iter().zip(fit.influence_of(factor).unwrap()) {
            let (Deletion::Estimable(a), Deletion::Estimable(b)) = (&one.deletion, &other.deletion) else { panic!() };
            assert_eq!((&one.label, &one.rows), (&other.label, &other.rows));
            assert_close(one.leverage, other.leverage, 1e-10);
            assert_close(a.cook_distance, b.cook_distance, 1e-9);
            assert_close(a.mdffits, b.mdffits, 1e-9);
        }
    };
    assert_same(fit("Reaction ~ Days + (Days | Subject)", &read("sleepstudy")), "Subject");
    let weighted = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    assert_same(weighted.fit(&read("sleepstudy_weighted")).unwrap(), "Subject");
    assert_same(fit("FEV1 ~ ARMCD * AVISIT + us(AVISIT | USUBJID)", &fev()), "USUBJID");
}

#[test]
fn both_ways_to_leave_rows_out_agree() {
    // 288 rows for each of two raters, more than a block of V⁻¹ is factored for; the formula in the effects' space serves.
    let base = read("penicillin");
    let rows: Vec<u32> = (0..4).flat_map(|_| 0..base.n_rows() as u32).collect();
    let n = rows.len();
    let rater = crate::frame::Column::factor("rater", (0..n).map(|i| if i % 2 == 0 { "r" } else { "s" }));
    let shifted: Vec<f64> = base.select(&rows).column("diameter").unwrap().to_numeric().unwrap().to_vec();
    let shifted = shifted.iter().enumerate().map(|(i, y)| y + 0.3 * ((i * 37 % 11) as f64) + (i % 2) as f64).collect();
    let frame = base.select(&rows).with_column(rater).unwrap();
    let frame = frame.with_column(crate::frame::Column::float("diameter", shifted)).unwrap();
    let crossed = fit("diameter ~ 1 + (1 | plate) + (1 | rater)", &frame);
    assert_levels(&crossed, "rater");
}

#[test]
fn factors_that_split_correlated_residuals_are_refused() {
    let fit = fit("FEV1 ~ ARMCD + us(AVISIT | USUBJID)", &fev());
    let by_visit = crate::inference::vcov::Clusters::of(&fev(), "AVISIT").unwrap();
    assert_eq!(fit.influence_of_clusters(&by_visit).unwrap_err().code(), "clusters_split");
}

#[test]
fn refits_are_fits_of_the_remaining_rows() {
    let frame = read("sleepstudy");
    let whole = fit("Reaction ~ Days + (Days | Subject)", &frame);
    let refits = whole.refits_without("Subject", crate::parallel::Threads::ONE).unwrap();
    assert_eq!(refits, whole.refits_without("Subject", crate::parallel::Threads::new(3)).unwrap());
    let kept: Vec<u32> = (0..180).filter(|row| !refits[9].rows.contains(row)).collect();
    let expected = fit("Reaction ~ Days + (Days | Subject)", &frame.select(&kept));
    let Refit::Fitted(found) = &refits[9].refit else { panic!() };
    for (own, other) in found.beta.iter().zip(expected.beta()) {
        assert_close(*own, *other, 1e-8);
    }
    for (own, other) in found.parameters.iter().zip(expected.natural_parameters()) {
        assert_close(own.1 / other.1, 1.0, 1e-6);
    }
    assert_eq!(refits[9].label, "337");
}
