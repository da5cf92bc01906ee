//! Expected values are those of R 4.2.2: the names and `colSums(m * (1:12))` of `m <- model.matrix(formula, d)`.
#![allow(clippy::excessive_precision, reason = "expected values stand as they were printed")]

use super::*;

#[test]
fn columns_and_their_names_are_those_of_r() {
    let cases: &[(&str, &[&str], &[f64])] = &[
        (
            "y ~ arm * visit",
            &["(Intercept)", "armNIM", "visit15", "visit30", "armNIM:visit15", "armNIM:visit30"],
            &[78.0, 57.0, 26.0, 30.0, 19.0, 21.0],
        ),
        ("y ~ 0 + arm + visit", &["armSAU", "armNIM", "visit15", "visit30"], &[21.0, 57.0, 26.0, 30.0]),
        (
            "y ~ arm:visit",
            &[
                "(Intercept)",
                "armSAU:visit0",
                "armNIM:visit0",
                "armSAU:visit15",
                "armNIM:visit15",
                "armSAU:visit30",
                "armNIM:visit30",
            ],
            &[78.0, 5.0, 17.0, 7.0, 19.0, 9.0, 21.0],
        ),
        (
            "y ~ arm + arm:visit",
            &["(Intercept)", "armNIM", "armSAU:visit15", "armNIM:visit15", "armSAU:visit30", "armNIM:visit30"],
            &[78.0, 57.0, 7.0, 19.0, 9.0, 21.0],
        ),
        ("y ~ x:arm", &["(Intercept)", "x:armSAU", "x:armNIM"], &[78.0, 99.0, 288.5]),
        ("y ~ 0 + x:arm", &["x:armSAU", "x:armNIM"], &[99.0, 288.5]),
        ("y ~ arm + x:arm", &["(Intercept)", "armNIM", "armSAU:x", "armNIM:x"], &[78.0, 57.0, 99.0, 288.5]),
        ("y ~ 0 + x + x:arm", &["x", "x:armSAU", "x:armNIM"], &[387.5, 99.0, 288.5]),
        (
            "y ~ arm * visit * x",
            &[
                "(Intercept)",
                "armNIM",
                "visit15",
                "visit30",
                "x",
                "armNIM:visit15",
                "armNIM:visit30",
                "armNIM:x",
                "visit15:x",
                "visit30:x",
                "armNIM:visit15:x",
                "armNIM:visit30:x",
            ],
            &[78.0, 57.0, 26.0, 30.0, 387.5, 19.0, 21.0, 288.5, 178.5, 168.0, 147.0, 114.0],
        ),
        (
            "y ~ visit/x",
            &["(Intercept)", "visit15", "visit30", "visit0:x", "visit15:x", "visit30:x"],
            &[78.0, 26.0, 30.0, 41.0, 178.5, 168.0],
        ),
        (
            "y ~ arm:sex + visit",
            &["(Intercept)", "visit15", "visit30", "armSAU:sexf", "armNIM:sexf", "armSAU:sexm", "armNIM:sexm"],
            &[78.0, 26.0, 30.0, 10.0, 29.0, 11.0, 28.0],
        ),
        (
            "y ~ 0 + I(x^2) + log(x) + sqrt(x):arm",
            &["I(x^2)", "log(x)", "sqrt(x):armSAU", "sqrt(x):armNIM"],
            &[2495.25, 109.210003787489043, 44.581922492359411, 121.569678196214113],
        ),
        (
            "y ~ poly(x, 2) * arm",
            &["(Intercept)", "poly(x, 2)1", "poly(x, 2)2", "armNIM", "poly(x, 2)1:armNIM", "poly(x, 2)2:armNIM"],
            &[78.0, 4.9029586221250971, 2.7609389387630716, 57.0, 4.1903192875138924, 6.2787483327399105],
        ),
        (
            "y ~ scale(x) + exp(-x/2) + sin(2 * pi * x)",
            &["(Intercept)", "scale(x)", "exp(-x/2)", "sin(2 * pi * x)"],
            &[78.0, 16.261274112226850, 13.848939287370095, 0.0],
        ),
        (
            "y ~ poly(x, 2, raw = TRUE)",
            &["(Intercept)", "poly(x, 2, raw = TRUE)1", "poly(x, 2, raw = TRUE)2"],
            &[78.0, 387.5, 2495.25],
        ),
        ("y ~ arm * sex - sex", &["(Intercept)", "armNIM", "armSAU:sexm", "armNIM:sexm"], &[78.0, 57.0, 11.0, 28.0]),
        (
            "y ~ 0 + x + arm:sex",
            &["x", "armSAU:sexf", "armNIM:sexf", "armSAU:sexm", "armNIM:sexm"],
            &[387.5, 10.0, 29.0, 11.0, 28.0],
        ),
    ];
    let frame = small();
    for (formula, names, weighted) in cases {
        let design = build(formula, &frame).unwrap();
        assert_eq!(design.recipe().columns, *names, "{formula}");
        let x = all_columns(&design, &frame);
        for (column, expected) in weighted.iter().enumerate() {
            let sum: f64 = (0..12).map(|row| x[(row, column)] * (row + 1) as f64).sum();
            // The sums have 17 printed digits and are over 12 terms.
            approx::assert_relative_eq!(sum, expected, epsilon = 1e-12, max_relative = 1e-13);
        }
    }
}

#[test]
fn splines_are_those_of_r_with_knots_at_quantiles() {
    let cases: &[(&str, &[f64], &[f64])] = &[
        (
            "ns(x, df = 3)",
            &[8.4461824232409395, 29.320746658786142, 2.7761711156687063],
            &[0.14382534932739555, 0.54581686638603477, -0.34473533404184270],
        ),
        ("ns(x)", &[31.019007889460756], &[0.30066889715147738]),
        (
            "ns(x, knots = c(3, 6))",
            &[8.7593568980578915, 28.883676991011509, 1.9394313887083756],
            &[0.12317847133451773, 0.54111273414459493, -0.35456898325689040],
        ),
        (
            "ns(x, df = 4, intercept = TRUE)",
            &[16.095986506287726, 9.5869358716218969, 26.069599330900409, 4.8865649951734804],
            &[0.57007663620562787, 0.27601814360466720, 0.16906740269581047, -0.10017866462889009],
        ),
        (
            "ns(x, df = 2, Boundary.knots = c(2, 7))",
            &[14.907235885931986, 36.747262966235027],
            &[0.54013460201838770, -0.21686479376405782],
        ),
        (
            "bs(x, df = 5)",
            &[8.7932051671156799, 18.049119128051043, 14.772035874230827, 11.292064323464960, 14.479],
            &[0.075030012004801847, 0.58006310632361047, 0.330168773133797, 0.014738108537790584, 0.0],
        ),
        ("bs(x)", &[16.598876953125, 15.170654296875, 23.040771484375], &[0.439453125, 0.263671875, 0.052734375]),
        (
            "bs(x, degree = 2, knots = c(3, 6))",
            &[14.983333333333334, 21.280555555555555, 14.569444444444445, 15.666666666666666],
            &[0.26666666666666666, 0.67777777777777781, 0.055555555555555552, 0.0],
        ),
        (
            "bs(x, df = 4, degree = 1)",
            &[12.545454545454545, 17.272727272727273, 18.636363636363637, 18.363636363636363],
            &[0.0, 0.9, 0.1, 0.0],
        ),
        (
            "bs(x, df = 5, intercept = TRUE)",
            &[11.810668670172802, 17.339472145450969, 16.210946138097110, 14.625739522901512, 18.013173523377606],
            &[0.0, 0.37202380952380953, 0.47477324263038545, 0.15309496814598855, 0.00010797969981643452],
        ),
    ];
    let frame = small();
    for (call, weighted, third) in cases {
        let design = build(&format!("y ~ 0 + {call}"), &frame).unwrap();
        let x = all_columns(&design, &frame);
        assert_eq!(x.ncols(), third.len(), "{call}");
        for column in 0..third.len() {
            let sum: f64 = (0..12).map(|row| x[(row, column)] * (row + 1) as f64).sum();
            // Values up to 1, with rounding of a few operations each.
            approx::assert_abs_diff_eq!(sum, weighted[column], epsilon = 1e-12);
            approx::assert_abs_diff_eq!(x[(2, column)], third[column], epsilon = 1e-14);
        }
    }
}

#[test]
fn new_data_are_placed_in_the_bases_of_the_fit() {
    // `predict(basis, c(0, -3, 10, 12, 5))`, which for splines goes beyond the boundary knots 1 and 9.
    let expected: &[(&str, [&[f64]; 5])] = &[
        (
            "ns(x, df = 3)",
            [
                &[0.12541532152594359, -0.35743366634893931, 0.23201834482299566],
                &[0.50166128610377436, -1.42973466539575722, 0.92807337929198264],
                &[-0.48465524113192510, 0.48126743722598697, 1.00338780390593851],
                &[-1.15902750099641283, 0.60322837783977779, 1.55579912315663549],
                &[0.39988604305816339, 0.44565296261241993, -0.22800550578414211],
            ],
        ),
        (
            "bs(x, df = 5)",
            [
                &[-3.1306597770588329, 0.45406054983977062, -0.014610389610389622, 0.0, 0.0],
                &[-42.506263512166704, 12.228706358576488, -0.93506493506493515, 0.0, 0.0],
                &[0.0, -0.0060810810810810814, 0.17451059167275384, -1.3654295105916723, 2.1969999999999996],
                &[0.0, -0.16418918918918912, 2.0847589481373259, -7.7795697589481341, 6.8589999999999982],
                &[0.0048019207683073122, 0.37766457934525155, 0.52313226240094290, 0.094401237485498252, 0.0],
            ],
        ),
        (
            "poly(x, 3)",
            [
                &[-0.50359846312525247, 0.92734080143512720, -1.5969319971191374],
                &[-0.84566534373863145, 2.9736771628944949, -9.8079247899990847],
                &[0.6366244722526776, 1.0277107878745717, 1.6533999587017851],
                &[0.86466905932826355, 2.3255985435570450, 6.3513098703143358],
                &[0.066513004563712549, -0.35353020367284266, -0.055984537281028549],
            ],
        ),
    ];
    let new = Frame::new(vec![Column::float("x", vec![0.0, -3.0, 10.0, 12.0, 5.0])]).unwrap();
    for (call, rows) in expected {
        let x = small_design(&format!("y ~ 0 + {call}")).recipe().all_fixed_rows(&new).unwrap();
        for (row, expected) in rows.iter().enumerate() {
            let found: Vec<f64> = x.row(row).iter().copied().collect();
            // The cubic far outside loses a few digits to cancellation on either side.
            approx::assert_relative_eq!(found.as_slice(), *expected, epsilon = 1e-12, max_relative = 1e-12);
        }
    }
}

#[test]
fn the_columns_left_out_are_those_that_lm_leaves_out() {
    // The coefficients that are NA in `coef(lm(formula, d))`.
    let cases: &[(&str, &[&str])] = &[
        ("y ~ arm:visit", &["armNIM:visit30"]),
        ("y ~ 0 + x + x:arm", &["x:armNIM"]),
        (
            "y ~ arm + sex + arm:visit:sex",
            &[
                "armNIM:sexf:visit0",
                "armSAU:sexm:visit0",
                "armNIM:sexm:visit15",
                "armSAU:sexf:visit30",
                "armNIM:sexf:visit30",
                "armSAU:sexm:visit30",
                "armNIM:sexm:visit30",
            ],
        ),
        ("y ~ x + I(3 - x) + arm + site + I(site^2) + sex", &["I(3 - x)", "I(site^2)"]),
        ("y ~ visit + arm:visit + arm", &[]),
        ("y ~ arm * visit * sex", &["visit15:sexm", "visit30:sexm", "armNIM:visit15:sexm", "armNIM:visit30:sexm"]),
        ("y ~ poly(x, 2) + x + I(x^2) + I(x^3)", &["x", "I(x^2)"]),
    ];
    for (formula, aliased) in cases {
        assert_eq!(small_design(formula).aliased, *aliased, "{formula}");
    }
}
