use crate::error::Error;
use crate::lmm::fixtures::{Dense, assert_close, fev, fit, read};
use crate::lmm::{Lmm, LmmFit};

const FEV: &str = "FEV1 ~ RACE + SEX + ARMCD * AVISIT + us(AVISIT | USUBJID)";

fn weighted_slopes() -> LmmFit {
    let model = Lmm::new("Reaction ~ Days + offset(off) + (Days | Subject)".parse().unwrap()).weights("w");
    model.fit(&read("sleepstudy_weighted")).unwrap()
}

#[test]
fn residuals_of_a_repeated_measures_model_are_those_of_mmrm() {
    // mmrm 0.3.18, residuals(fit, type = ), optimum refined by Newton steps.
    let residuals = fit(FEV, &fev()).residuals().unwrap();
    let expected = [
        (-1.2349068515243502, -0.23956682120776962, -0.2395668212077693),
        (-31.60256185966594, -3.2328990065941468, -3.2331444439605703),
        (-4.161791584211716, -0.8073703527744893, -0.8073703527744893),
        (-4.240680202350369, -1.0986824486765374, -0.995517065423595),
    ];
    for (i, (response, pearson, normalized)) in expected.into_iter().enumerate() {
        assert_close(residuals.response[i], response, 1e-12);
        assert_close(residuals.pearson[i], pearson, 1e-12);
        assert_close(residuals.normalized.get().unwrap()[i], normalized, 1e-12);
    }
    assert_eq!((residuals.rows[0], residuals.rows[3]), (1, 6));
    assert_close(*residuals.normalized.get().unwrap().last().unwrap(), 0.5615109067862214, 1e-12);
    assert_close(residuals.fitted[0], 39.97104977203016 + 1.2349068515243502, 1e-12);
}

#[test]
fn studentized_and_scaled_residuals_are_those_of_sas() {
    // PROC MIXED, MODEL … / OUTPM= RESIDUAL VCIRY, SP(POW)(VISITN): StudentResid, PearsonResid, ScaledResid as printed.
    let residuals = fit("FEV1 ~ ARMCD + ar1(AVISIT | USUBJID)", &fev()).residuals().unwrap();
    let printed = [
        (-0.49581, -0.4944, -0.4944),
        (-2.62266, -2.61523, -2.5699),
        (-0.96383, -0.9613, -0.9613),
        (-0.37201, -0.37103, 0.0046),
        (0.92969, 0.92724, 1.16448),
    ];
    for (i, (studentized, pearson, scaled)) in printed.into_iter().enumerate() {
        assert!((residuals.studentized[i].unwrap() - studentized).abs() < 1e-5);
        assert!((residuals.pearson[i] - pearson).abs() < 1e-5);
        assert!((residuals.normalized.get().unwrap()[i] - scaled).abs() < 1e-5);
    }
}

#[test]
fn normalized_residuals_of_an_autoregression_are_those_of_nlme() {
    // nlme 3.1-162, gls(distance ~ age * Sex, correlation = corAR1(form = ~ visit | Subject)), residuals(type = "normalized").
    let residuals = fit("distance ~ age * Sex + ar1(visit | Subject)", &read("orthodont")).residuals().unwrap();
    let expected = [1.4218562411913558, -0.7397319427735194, 1.5292693039801235, 0.9261342837069337];
    for (own, expected) in residuals.normalized.get().unwrap().iter().zip(expected) {
        assert_close(*own, expected, 1e-7);
    }
}

#[test]
fn with_weights_and_offset_residuals_are_those_of_the_dense_formulae() {
    let fit = weighted_slopes();
    let (dense, residuals) = (Dense::of(&fit), fit.residuals().unwrap());
    let of_residuals = &dense.v * dense.p() * &dense.v;
    for i in 0..residuals.rows.len() {
        assert_close(residuals.response[i], dense.residual[i], 1e-11);
        assert_close(residuals.pearson[i], dense.residual[i] / dense.v[(i, i)].sqrt(), 1e-11);
        assert_close(residuals.studentized[i].unwrap(), dense.residual[i] / of_residuals[(i, i)].sqrt(), 1e-10);
    }
    // The rows of a subject are already in the order of Z.
    let normalized = dense.v.clone().cholesky().unwrap().l().solve_lower_triangular(&dense.residual).unwrap();
    for (own, expected) in residuals.normalized.get().unwrap().iter().zip(normalized.iter()) {
        assert_close(*own, *expected, 1e-10);
    }
}

#[test]
fn conditional_residuals_are_those_of_the_dense_formulae() {
    let both = fit("distance ~ age + (1 | Subject) + diag(visit | Subject)", &read("orthodont"));
    for fit in [weighted_slopes(), both, fit("strength ~ 1 + (1 | batch/cask)", &read("pastes"))] {
        let (dense, residuals) = (Dense::of(&fit), fit.conditional_residuals().unwrap());
        let r = &dense.v - &dense.z * &dense.g * dense.z.transpose();
        let expected = &r * dense.v.clone().try_inverse().unwrap() * &dense.residual;
        let of_residuals = &r * dense.p() * &r;
        for i in 0..expected.len() {
            assert_close(residuals.response[i], expected[i], 1e-10);
            assert_close(residuals.pearson[i], expected[i] / r[(i, i)].sqrt(), 1e-9);
            assert_close(residuals.studentized[i].unwrap(), expected[i] / of_residuals[(i, i)].sqrt(), 1e-9);
        }
    }
}

#[test]
fn fitted_values_given_the_random_effects_are_those_of_lme4() {
    // lme4 1.1-31, fitted(lmer(Reaction ~ Days + (Days | Subject), weights = w)), optimum refined by Newton steps.
    let model = Lmm::new("Reaction ~ Days + (Days | Subject)".parse().unwrap()).weights("w");
    let residuals = model.fit(&read("sleepstudy_weighted")).unwrap().conditional_residuals().unwrap();
    assert_close(residuals.fitted[0], 257.82170866183856, 1e-9);
    assert_close(residuals.fitted[9], 425.2970579091982, 1e-9);
}

#[test]
fn the_order_of_rows_moves_residuals_with_their_rows() {
    let frame = fev();
    let reversed: Vec<u32> = (0..frame.n_rows() as u32).rev().collect();
    let (one, other) = (fit(FEV, &frame).residuals().unwrap(), fit(FEV, &frame.select(&reversed)).residuals().unwrap());
    let last = frame.n_rows() as u32 - 1;
    for (i, &row) in one.rows.iter().enumerate() {
        let at = other.rows.binary_search(&(last - row)).unwrap();
        assert_close(one.normalized.get().unwrap()[i], other.normalized.get().unwrap()[at], 1e-10);
        assert_close(one.studentized[i].unwrap(), other.studentized[at].unwrap(), 1e-10);
    }
}

#[test]
fn a_row_that_beta_fits_exactly_has_no_studentized_residual() {
    let frame = read("orthodont");
    let first = (0..frame.n_rows()).map(|row| f64::from(u8::from(row == 0))).collect();
    let frame = frame.with_column(crate::frame::Column::float("first", first)).unwrap();
    let residuals = fit("distance ~ age + first", &frame).residuals().unwrap();
    assert_eq!(residuals.studentized[0], None);
    assert!(residuals.studentized[1..].iter().all(Option::is_some));
}

#[test]
fn residuals_without_a_factor_of_v_are_those_with_one() {
    for ([_, sparse], _) in crate::lmm::random_effects::crossed_models() {
        let whole = sparse.residuals().unwrap();
        let own = sparse.residuals_without_factor(Error::usage("cluster_too_large", "too many rows")).unwrap();
        assert_eq!((own.normalized.get().unwrap_err().code(), &own.rows), ("cluster_too_large", &whole.rows));
        for i in 0..whole.rows.len() {
            assert_close(own.fitted[i], whole.fitted[i], 1e-10);
            assert_close(own.pearson[i], whole.pearson[i], 1e-10);
            assert_close(own.studentized[i].unwrap(), whole.studentized[i].unwrap(), 1e-10);
        }
    }
}
