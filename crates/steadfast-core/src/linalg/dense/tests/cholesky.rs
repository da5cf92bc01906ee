use super::*;

/// Rounding, relative to elements of the order of 4: a few units in the last place for each of up to 257 terms.
const TOLERANCE: f64 = 1e-13;

/// L L' in the lower triangle of an m × n matrix, `OUTSIDE` above.
fn square(l: &Stored) -> Stored {
    Stored::new(l.rows, l.cols, |i, j| if i < j { OUTSIDE } else { (0..=j).map(|k| l.at(i, k) * l.at(j, k)).sum() })
}

#[test]
fn a_factor_is_found_again_and_what_is_above_it_left_alone() {
    for n in SIZES {
        let l = Stored::triangle(n, 1);
        let mut a = square(&l);
        assert!(kernels().factor(a.edit()));
        assert!(a.distance(|i, j| l.at(i, j)) < TOLERANCE, "{n}");
    }
}

#[test]
fn the_factor_has_the_bits_of_the_textbook_algorithm() {
    for n in [9, 40, 100] {
        let mut a = square(&Stored::triangle(n, 3));
        let mut expected = vec![vec![0.0; n]; n];
        for j in 0..n {
            for i in j..n {
                let rest = (0..j).fold(a.at(i, j), |sum, k| sum - expected[i][k] * expected[j][k]);
                expected[i][j] = if i == j { rest.sqrt() } else { rest * (1.0 / expected[j][j]) };
            }
        }
        assert!(kernels().factor(a.edit()));
        for (i, row) in expected.iter().enumerate() {
            assert!((0..=i).all(|j| a.at(i, j).to_bits() == row[j].to_bits()), "{n}, row {i}");
        }
    }
}

#[test]
fn rows_below_the_square_are_factored_with_it() {
    for (m, n) in [(9, 8), (30, 5), (100, 41), (300, 100)] {
        let square_part = Stored::triangle(n, 1);
        let l = Stored::new(m, n, |i, j| if i < n { square_part.at(i, j) } else { number(2, i, j) / 10.0 });
        let mut a = square(&l);
        assert!(kernels().factor(a.edit()));
        assert!(a.distance(|i, j| l.at(i, j)) < TOLERANCE, "{m} × {n}");
    }
}

#[test]
fn what_is_not_positive_definite_is_refused_wherever_it_shows() {
    for n in SIZES {
        for place in [0, n / 2, n - 1] {
            for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
                let mut a = square(&Stored::triangle(n, 1));
                a.data[place * (n + GAP) + place] = wrong;
                assert!(!kernels().factor(a.edit()), "{wrong} at {place} of {n}");
            }
        }
        if n > 1 {
            let mut a = square(&Stored::triangle(n, 1));
            a.data[n - 1] = f64::NAN;
            assert!(!kernels().factor(a.edit()), "NaN in the corner of {n}");
        }
    }
}

#[test]
fn a_singular_matrix_of_small_whole_numbers_is_refused() {
    let mut a = Stored::new(20, 20, |_, _| 1.0);
    assert!(!kernels().factor(a.edit()));
}

#[test]
fn the_inverse_times_the_matrix_is_the_identity() {
    for n in SIZES {
        let l = Stored::triangle(n, 1);
        let lower = square(&l);
        let a = |i: usize, j: usize| lower.at(i.max(j), i.min(j));
        let mut inverse = Stored::any(n, n, 5);
        kernels().inverse(l.view(), inverse.edit());
        assert!(inverse.distance(|i, j| inverse.at(j, i)) <= 0.0, "symmetric, {n}");
        let identity = Stored::new(n, n, |i, j| (0..n).map(|k| a(i, k) * inverse.at(k, j)).sum());
        assert!(identity.distance(|i, j| f64::from(u8::from(i == j))) < 10.0 * TOLERANCE, "{n}");
    }
}
