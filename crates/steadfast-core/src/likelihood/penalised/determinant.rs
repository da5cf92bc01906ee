//! ln |H| over the random effects alone, for normal effects.
//!
//! H = D − E with D block diagonal and E = Σ_k Σ_l w̄ L'Z'p p'Z L. Two routes lead to its determinant:
//!
//! - **dense**: E is made in one sweep over the times and H is factored, q³/6 multiplications;
//! - **landmarks**: the risk sets change slowly, so that E is close to its projection E_r on the risk sets at r times. What remains is
//!   positive semidefinite with a known trace τ, and its eigenvalues fall as those of Brownian bridges between neighbouring times:
//!   ln|H| = ln|D| + ln|I − D⁻¹E_r| − τ, up to half the sum of their squares, of order r⁻³. The same with half of the times says how
//!   large that is. It costs r products with E and q r² multiplications.
//!
//! Rejected: a sparse factor over pairs of cluster and time. The clusters' rows connect times at random, and the fill is complete.

use super::Penalised;
use super::lanes::LANES;
use super::newton::{Solved, divide_groups};
use super::penalty::{Penalty, congruent};
use crate::linalg::dense::{Kernels, Matrix, MatrixMut, Region, Update};
use crate::linalg::{self, dot};
use crate::parallel::Threads;

/// Up to this many effects H is factored: 170 million multiplications.
const FEW_EFFECTS: usize = 1_000;

/// The most effects whose dense matrix is made.
pub(crate) const MOST_EFFECTS: usize = crate::likelihood::LONGEST_DENSE;

/// Errors fall with the third power of the number of landmarks: on 300 clusters 64 leave 7e-6 of ln|H|. Their number and places do not
/// depend on the parameters, so that the likelihood stays smooth in these.
const LANDMARKS: usize = 128;

impl Penalised {
    /// ln |H| over the effects, and about how far it may be from what it is: 0 but for landmarks. `None` where it is not defined.
    pub(crate) fn log_determinant(&self, solved: &Solved, penalty: &Penalty) -> Option<(f64, f64)> {
        let Penalty::Normal { factors } = penalty else { return None };
        if self.has_landmarks() {
            return self.by_landmarks(solved, &factors[0], LANDMARKS);
        }
        self.by_dense_factor(solved, factors).map(|value| (value, 0.0))
    }

    /// Whether ln |H| is found by landmarks.
    fn has_landmarks(&self) -> bool {
        self.effects.terms.len() == 1 && self.effects.len() > FEW_EFFECTS
    }

    /// ln|H| from its dense factor.
    pub(crate) fn by_dense_factor(&self, solved: &Solved, factors: &[Vec<f64>]) -> Option<f64> {
        let l = self.dense_factor(solved, factors)?;
        let q = self.effects.len();
        Some((0..q).fold(0.0, |sum, i| sum + 2.0 * libm::log(l[i * q + i])))
    }

    /// The inverse of H over the effects v with β known, q × q.
    pub(crate) fn dense_inverse(&self, solved: &Solved, factors: &[Vec<f64>]) -> Option<Vec<f64>> {
        let q = self.effects.len();
        let l = self.dense_factor(solved, factors)?;
        let mut inverse = vec![0.0; q * q];
        Kernels::new(Threads::ONE).inverse(Matrix::new(&l, q, q, q), MatrixMut::new(&mut inverse, q, q, q));
        Some(inverse)
    }

    /// The factor of H over the effects v, q × q by columns, lower triangle.
    fn dense_factor(&self, solved: &Solved, factors: &[Vec<f64>]) -> Option<Vec<f64>> {
        let q = self.effects.len();
        let mut h = self.dense_information(solved);
        if let ([term], [l]) = (&self.effects.terms[..], factors)
            && term.width == 1
        {
            h.iter_mut().for_each(|value| *value *= l[0] * l[0]);
            (0..q).for_each(|i| h[i * q + i] += 1.0);
            return Kernels::new(Threads::ONE).factor(MatrixMut::new(&mut h, q, q, q)).then_some(h);
        }
        for _ in 0..2 {
            for (term, l) in self.effects.terms.iter().zip(factors) {
                let width = term.width;
                for line in h.chunks_exact_mut(q) {
                    line[term.span()].chunks_exact_mut(width).for_each(|own| times_factor(own, l));
                }
            }
            transpose(&mut h, q);
        }
        (0..q).for_each(|i| h[i * q + i] += 1.0);
        Kernels::new(Threads::ONE).factor(MatrixMut::new(&mut h, q, q, q)).then_some(h)
    }

    /// ln|H| by `landmarks`, and about how far it may be from what it is, for one term whose factor is `l`.
    pub(crate) fn by_landmarks(&self, solved: &Solved, l: &[f64], landmarks: usize) -> Option<(f64, f64)> {
        let (term, factors) = (&self.effects.terms[0], &solved.group_factors()[0]);
        let (q, width) = (self.effects.len(), term.width);
        let slots = self.landmark_slots(landmarks);
        let r = slots.len();
        let mut omega = self.at_risk(solved, &slots);
        for own in omega.chunks_exact_mut(q) {
            own.chunks_exact_mut(width).for_each(|own| times_factor(own, l));
            divide_groups(term, factors, own);
        }
        let y = self.shared_images(solved, l, &omega);
        let c = gram(&omega, &y, q, r);
        // What follows needs no directions any more, but their images.
        omega.copy_from_slice(&y);
        omega.chunks_exact_mut(q).for_each(|own| divide_groups(term, factors, own));
        let t = gram(&y, &omega, q, r);
        let mut trace = 0.0;
        let mut blocks = self.shared_blocks(solved);
        for (block, factor) in blocks.chunks_exact_mut(width * width).zip(factors.chunks_exact(width * width)) {
            congruent(l, width, block);
            trace += trace_of_quotient(factor, block, width);
        }
        let log_d = factors.chunks_exact(width * width).map(|own| linalg::log_determinant(own, width)).sum::<f64>();
        let [half, whole] = projected(&c, &t, r)?;
        // The error falls with the third power of the number of landmarks, by seven eighths: a third is on the safe side.
        Some((log_d + whole - trace, (whole - half).abs() / 3.0))
    }

    /// L'Z'(Σ w̄ p p')Z L times each of the `directions`, effects × directions by columns.
    fn shared_images(&self, solved: &Solved, l: &[f64], directions: &[f64]) -> Vec<f64> {
        let (q, term) = (self.effects.len(), &self.effects.terms[0]);
        let mut images = Vec::with_capacity(directions.len());
        if term.z.is_empty() {
            for some in directions.chunks(q * LANES) {
                images.extend(self.shared_lanes(solved, l[0] * l[0], some));
            }
            return images;
        }
        for own in directions.chunks_exact(q) {
            let mut effects = own.to_vec();
            effects.chunks_exact_mut(term.width).for_each(|own| factor_times(own, l));
            let mut image = self.shared_times(&solved.state, &effects);
            image.chunks_exact_mut(term.width).for_each(|own| times_factor(own, l));
            images.extend(image);
        }
        images
    }

    /// Slots at equal distances in Σ d Σ w²/(Σ w)², about what a slot adds to the trace of E: late ones, when few are left, stand close.
    /// Those of the coarser half come first.
    fn landmark_slots(&self, landmarks: usize) -> Vec<usize> {
        let (weights, _) = self.sets.sums(|at| self.sets.weight[at]);
        let (squares, _) = self.sets.sums(|at| self.sets.weight[at] * self.sets.weight[at]);
        let mass = (0..self.sets.n_slots()).map(|slot| match self.sets.deaths[slot] {
            (0, _) => 0.0,
            (_, deaths) => deaths * squares[slot] / (weights[slot] * weights[slot]),
        });
        let mut total = 0.0;
        let until: Vec<f64> = mass
            .map(|mass| {
                total += mass;
                total
            })
            .collect();
        let place = |at: usize| {
            let target = (at as f64 + 0.5) / landmarks as f64 * total;
            until.partition_point(|sum| *sum < target).min(until.len() - 1)
        };
        let mut slots: Vec<usize> = (0..landmarks).map(place).collect();
        slots.dedup();
        slots.iter().skip(1).step_by(2).chain(slots.iter().step_by(2)).copied().collect()
    }

    /// Z' r of those at risk in each of `slots`, effects × slots by columns.
    fn at_risk(&self, solved: &Solved, slots: &[usize]) -> Vec<f64> {
        let (q, term) = (self.effects.len(), &self.effects.terms[0]);
        let mut sums = vec![0.0; q * slots.len()];
        for (slot, sums) in slots.iter().zip(sums.chunks_exact_mut(q)) {
            let Some(stratum) = self.sets.strata.iter().find(|stratum| stratum.slots.contains(slot)) else { continue };
            let is_in = |at: &usize| self.sets.first[*at] as usize <= *slot && *slot < self.sets.end[*at] as usize;
            for at in stratum.rows.clone().filter(is_in) {
                let place = term.place(at);
                (0..term.width).for_each(|j| sums[place + j] += solved.state.risk[at] * term.z(at, j));
            }
        }
        sums
    }

    /// Σ_k Σ_l w̄ Z'p p'Z times b.
    fn shared_times(&self, state: &super::RiskState, b: &[f64]) -> Vec<f64> {
        let mut c = vec![0.0; self.sets.n()];
        self.effects.add_to(&mut c, b);
        self.sets.shared_times(state, &mut c);
        self.effects.collect(&c)
    }
}

/// A'B for matrices of q rows and r columns.
fn gram(a: &[f64], b: &[f64], q: usize, r: usize) -> Vec<f64> {
    let mut c = vec![0.0; r * r];
    let (a, b) = (Matrix::new(a, q, q, r).transpose(), Matrix::new(b, q, q, r));
    Kernels::new(Threads::ONE).multiply(Update::Set, Region::Full, a, b, MatrixMut::new(&mut c, r, r, r));
    c
}

/// `own`' ← `own`' L.
fn times_factor(own: &mut [f64], l: &[f64]) {
    let q = own.len();
    for j in 0..q {
        own[j] = (j..q).fold(0.0, |sum, k| sum + own[k] * l[k * q + j]);
    }
}

/// `own` ← L `own`.
fn factor_times(own: &mut [f64], l: &[f64]) {
    let q = own.len();
    for i in (0..q).rev() {
        own[i] = dot(&l[i * q..=i * q + i], &own[..=i]);
    }
}

fn transpose(h: &mut [f64], q: usize) {
    for i in 0..q {
        for j in 0..i {
            h.swap(i * q + j, j * q + i);
        }
    }
}

/// tr((F F')⁻¹ B) for blocks of order q.
fn trace_of_quotient(factor: &[f64], block: &mut [f64], q: usize) -> f64 {
    linalg::solve_lower(factor, q, block, q);
    transpose(block, q);
    linalg::solve_lower(factor, q, block, q);
    (0..q).map(|i| block[i * q + i]).sum()
}

/// L with C = L L' but for risk sets of which earlier ones determine all but 1e-9: what rounding leaves of them is no direction.
fn factor_of_distinct(c: &[f64], r: usize) -> Vec<f64> {
    let mut l = vec![0.0; r * r];
    for j in 0..r {
        let pivot = c[j * r + j] - dot(&l[j * r..j * r + j], &l[j * r..j * r + j]);
        if pivot <= 1e-9 * c[j * r + j] {
            continue;
        }
        l[j * r + j] = libm::sqrt(pivot);
        for i in j + 1..r {
            l[i * r + j] = (c[i * r + j] - dot(&l[i * r..i * r + j], &l[j * r..j * r + j])) / l[j * r + j];
        }
    }
    l
}

/// ln|I − W| + tr W for W = R⁻¹ T R⁻ᵀ, C = R R': of the leading half, and of all.
fn projected(c: &[f64], t: &[f64], r: usize) -> Option<[f64; 2]> {
    let mut root = factor_of_distinct(c, r);
    let mut w = t.to_vec();
    for i in 0..r {
        // A risk set that others determine adds nothing.
        if root[i * r + i] == 0.0 {
            root[i * r + i] = 1.0;
            root[i * r..i * r + i].fill(0.0);
            (0..r).for_each(|j| (w[i * r + j], w[j * r + i]) = (0.0, 0.0));
        }
    }
    for _ in 0..2 {
        linalg::solve_lower(&root, r, &mut w, r);
        transpose(&mut w, r);
    }
    let of = |m: usize| {
        let mut rest: Vec<f64> = (0..m * m)
            .map(|at| f64::from(u8::from(at % (m + 1) == 0)) - 0.5 * (w[at / m * r + at % m] + w[at % m * r + at / m]))
            .collect();
        let trace: f64 = (0..m).map(|i| w[i * r + i]).sum();
        linalg::factor(&mut rest, m).then(|| linalg::log_determinant(&rest, m) + trace)
    };
    Some([of(r / 2)?, of(r)?])
}
