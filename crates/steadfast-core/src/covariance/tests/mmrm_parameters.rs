//! The parameters of the R package mmrm, held to its estimates.
//!
//! Estimates of mmrm 0.3.18, refined by Newton steps, for FEV1 ~ RACE + SEX + ARMCD * AVISIT + `structure`(AVISIT |
//! ARMCD/USUBJID) on its data fev_data, by maximum likelihood: θ of the placebo arm with the first row of its matrix.

use nalgebra::DMatrix;

use super::*;

fn residual(name: &str) -> std::sync::Arc<dyn Structure> {
    let over = entry(name).unwrap().over;
    let (levels, coordinates) = if over == Over::Coordinates { (Vec::new(), 1) } else { (vec![4], 0) };
    structure(name, &Shape { side: Side::Residual, levels, coordinates, extent: 3.0, options: Vec::new() }).unwrap()
}

/// Σ over four visits, or the points 0, 1, 2, 3.
fn sigma(made: &dyn Structure, natural: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; 16];
    let coordinates = [0.0, 1.0, 2.0, 3.0];
    let over = if made.domain() == Domain::Levels(4) { &[][..] } else { &coordinates };
    made.covariance(Sites { n: 4, coordinates: over }, natural, &mut out);
    out
}

#[test]
fn the_matrices_at_estimates_of_mmrm_are_those_that_it_prints() {
    let estimates: [(&str, &[f64], &[f64]); 9] = [
        ("cs", &[1.8119225164285386, -0.7773584367206278], &[37.48140835570702, 3.2428655875408685]),
        (
            "ar1h",
            &[1.7447945439395993, 1.5557735735651068, 1.3474388693985768, 2.2107166756875984, 0.16634754285477135],
            &[32.772478330481846, 4.451514101273993, 0.5930869578951736, 0.23074080019600568],
        ),
        (
            "adh",
            &[
                1.757273344415324,
                1.5704341953279068,
                1.3304539994154934,
                2.20029212112368,
                0.545945680436202,
                0.0640481525902083,
                -0.012498598894823422,
            ],
            &[33.60069290169047, 13.356960044208245, 0.6715884329507082, -0.020030717952268757],
        ),
        (
            "toeph",
            &[
                1.746466853132949,
                1.553602715460644,
                1.3495591678863565,
                2.214857613407033,
                0.1655398609064335,
                0.010477829757655113,
                0.241013469093789,
            ],
            &[32.882273272823646, 4.4282698754667384, 0.2316511797886208, 12.307274309884633],
        ),
        ("sp_gau", &[3.6273084108534492, -1.6017421697404748], &[37.61144569492589, 6.3088785863667605]),
        ("sp_exp", &[3.625242429407088, -1.6764545042522938], &[37.53382135877868, 5.914036152934367]),
        // From here on with one matrix for both arms.
        (
            "us",
            &[
                1.841635845655913,
                1.5232685512277393,
                1.314719576586844,
                2.2459331850059145,
                0.4854145876101463,
                0.2011531757488055,
                0.05113317430002927,
                0.21789801519917834,
                0.06065790327545644,
                -0.028116098859866153,
            ],
            &[
                39.776317253985916,
                14.04339900264888,
                4.72405163908166,
                12.985597839329001,
                14.04339900264888,
                26.000503325258833,
                2.5412948330087137,
                7.21393028212139,
                4.72405163908166,
                2.5412948330087137,
                14.463299115000758,
                0.6620771728918744,
            ],
        ),
        (
            "toep",
            &[1.8888856980554731, 0.22708690387393815, 0.12637611413008984, 0.16655753503118365],
            &[43.71850186379866, 9.681409366195384, 5.481376447936168, 7.182698348748909],
        ),
        (
            "csh",
            &[1.8304418442894776, 1.6200700160866512, 1.353241231268614, 2.2837929579681604, -0.39629887691059984],
            &[38.89569937417955, 6.395832280939627, 4.897955079607839, 12.420763077337448],
        ),
    ];
    for (name, theta, printed) in estimates {
        let made = residual(name);
        let natural = made.mmrm_natural(theta).unwrap();
        for (ours, theirs) in sigma(&*made, &natural).iter().zip(printed) {
            // mmrm multiplies in another order.
            assert!((ours - theirs).abs() < 1e-12 * (1.0 + theirs.abs()), "{name}: {ours} {theirs}");
        }
        let back = made.mmrm_theta(&natural).unwrap();
        assert!(back.iter().zip(theta).all(|(a, b)| (a - b).abs() < 1e-12), "{name}: {back:?}");
    }
}

#[test]
fn every_structure_of_mmrm_is_known_and_no_random_effects_are() {
    let mut known = std::collections::BTreeSet::new();
    for member in members() {
        let natural = member.structure.natural(&theta_for(member.structure.n_parameters(), 0.3));
        let Some(theta) = member.structure.mmrm_theta(&natural) else { continue };
        assert_eq!(member.side, Side::Residual, "{}", member.name());
        let back = member.structure.mmrm_natural(&theta).unwrap();
        assert!(natural.iter().zip(&back).all(|(a, b)| (a - b).abs() < 1e-12 * (1.0 + a.abs())), "{}", member.name());
        known.insert(member.name());
    }
    let mmrm = ["ad", "adh", "ar1", "ar1h", "cs", "csh", "sp_exp", "sp_gau", "toep", "toeph", "us"];
    assert!(mmrm.iter().all(|name| known.contains(name)), "{known:?}");
}

#[test]
fn the_bends_of_an_autoregression_are_those_worked_by_hand() {
    // σ² = e^{2θ}: φ''/φ'² = 1/φ. ρ = x/√(1 + x²): ρ' = (1 − ρ²)^{3/2}, ρ'' = −3ρ(1 − ρ²)², so ρ''/ρ'² = −3ρ/(1 − ρ²).
    let (variance, rho) = (40.0, 0.3);
    let w = DMatrix::from_row_slice(2, 2, &[9.0, 0.2, 0.2, 0.04]);
    let bends = residual("ar1").mmrm_bends(&[variance, rho], &w).unwrap();
    assert!((bends[0] - 9.0 / variance).abs() < 1e-14);
    assert!((bends[1] + 3.0 * rho / (1.0 - rho * rho) * 0.04).abs() < 1e-15);
}

#[test]
fn the_bends_agree_with_differences_of_the_map() {
    let mut compared = 0;
    for member in members() {
        let s = &member.structure;
        let k = s.n_parameters();
        let natural = s.natural(&theta_for(k, 0.3));
        let Some(theta) = s.mmrm_theta(&natural) else { continue };
        // W = J W^θ J' for a W^θ without symmetry among its parameters.
        let own = DMatrix::from_fn(k, k, |i, j| if i == j { 0.5 + 0.1 * i as f64 } else { 0.05 / (1 + i + j) as f64 });
        let h = 1e-4;
        let at = |steps: &[(usize, f64)]| {
            let mut moved = theta.clone();
            steps.iter().for_each(|(i, by)| moved[*i] += by * h);
            s.mmrm_natural(&moved).unwrap()
        };
        let jacobian = DMatrix::from_fn(k, k, |a, b| (at(&[(b, 1.0)])[a] - at(&[(b, -1.0)])[a]) / (2.0 * h));
        let bends = s.mmrm_bends(&natural, &(&jacobian * &own * jacobian.transpose())).unwrap();
        let mut expected = vec![0.0; k];
        for i in 0..k {
            for j in 0..k {
                let corner = |a: f64, b: f64| at(&[(i, a), (j, b)]);
                let (pp, pm, mp, mm) = (corner(1.0, 1.0), corner(1.0, -1.0), corner(-1.0, 1.0), corner(-1.0, -1.0));
                for a in 0..k {
                    expected[a] += own[(i, j)] * (pp[a] - pm[a] - mp[a] + mm[a]) / (4.0 * h * h);
                }
            }
        }
        for (a, b) in bends.iter().zip(&expected) {
            // Second differences with h = 1e-4: 1e-8 of fourth derivatives, and 1e-16/h² of rounding.
            assert!((a - b).abs() < 1e-5 * (1.0 + b.abs()), "{}: {bends:?} {expected:?}", member.name());
        }
        compared += 1;
    }
    assert!(compared > 20);
}
