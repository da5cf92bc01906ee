use super::*;
use crate::linalg::dense::{Region, Update};

/// c ± Σ a_ik b_kj, the terms in order.
fn slow(update: Update, region: Region, a: &Stored, b: &Stored, c: &Stored) -> Stored {
    Stored::new(c.rows, c.cols, |i, j| {
        if region == Region::Lower && i < j {
            return c.at(i, j);
        }
        let start = if update == Update::Set { 0.0 } else { c.at(i, j) };
        (0..a.cols).fold(start, |sum, k| {
            let product = a.at(i, k) * b.at(k, j);
            if update == Update::Subtract { sum - product } else { sum + product }
        })
    })
}

fn check(update: Update, region: Region, m: usize, n: usize, k: usize) {
    let (a, b, before) = (Stored::any(m, k, 1), Stored::any(k, n, 2), Stored::any(m, n, 3));
    let (at, bt) = (a.transposed(), b.transposed());
    let expected = slow(update, region, &a, &b, &before).bits();
    for (left, right) in [
        (a.view(), b.view()),
        (a.view(), bt.view().transpose()),
        (at.view().transpose(), b.view()),
        (at.view().transpose(), bt.view().transpose()),
    ] {
        let mut c = before.clone();
        kernels().multiply(update, region, left, right, c.edit());
        assert!(c.bits() == expected, "{update:?} {region:?} {m} × {n} × {k}");
    }
}

#[test]
fn a_product_has_the_bits_of_the_triple_loop() {
    for m in SIZES {
        for n in SIZES {
            check(Update::Subtract, Region::Full, m, n, 5);
        }
        for k in [0, 1, 2, 8, 191, 192, 193, 400] {
            for update in [Update::Set, Update::Subtract] {
                check(update, Region::Full, m, 7, k);
            }
        }
    }
    check(Update::Subtract, Region::Full, 70, 600, 200);
}

#[test]
fn a_triangular_product_leaves_the_other_triangle_alone() {
    for n in SIZES {
        for k in [0, 1, 8, 30] {
            check(Update::Subtract, Region::Lower, n, n, k);
            check(Update::Set, Region::Lower, n + 5, n, k);
        }
    }
    check(Update::Subtract, Region::Lower, 600, 590, 9);
}

#[test]
fn a_square_is_the_triangular_product_with_its_own_transpose() {
    let (a, before) = (Stored::any(100, 20, 1), Stored::any(100, 100, 2));
    let mut c = before.clone();
    kernels().multiply(Update::Subtract, Region::Lower, a.view(), a.view().transpose(), c.edit());
    assert_eq!(c.bits(), slow(Update::Subtract, Region::Lower, &a, &a.transposed(), &before).bits());
}

#[test]
fn blocks_of_matrices_are_operands_like_others() {
    let a = Stored::any(30, 30, 4);
    let block = a.view().block(3, 5, 20, 9);
    let copy = Stored::new(20, 9, |i, j| a.at(i + 3, j + 5));
    let (mut one, mut other) = (Stored::any(20, 20, 5), Stored::any(20, 20, 5));
    kernels().multiply(Update::Subtract, Region::Lower, block, block.transpose(), one.edit());
    kernels().multiply(Update::Subtract, Region::Lower, copy.view(), copy.view().transpose(), other.edit());
    assert_eq!(one.bits(), other.bits());
}

#[test]
fn empty_matrices_are_no_special_case() {
    for (m, n, k) in [(0, 4, 4), (4, 0, 4), (0, 0, 0)] {
        check(Update::Set, Region::Full, m, n, k);
    }
}
