//! The gradient of the deviance at φ and its Hessian, from the selected inverse of T.
//!
//! With E = F'Z'V₀⁻¹ZF, s = F'Z'V₀⁻¹r, X̄ = XL_C⁻ᵀ and S = F'Z'V₀⁻¹X̄, for a parameter of a random term
//!
//! tr(V⁻¹V̇_a) = Σ tr(H_aE_jj),   y'PV̇_aPy = Σ s_j'H_as_j / σ²,   tr(ΦX'V⁻¹V̇_aV⁻¹X) = Σ tr(S_j'H_aS_j)
//!
//! over the levels j of the term, and for σ² (V̇ = I): tr V₀⁻¹ = n − q + tr T⁻¹, a'V₀⁻²b = a'V₀⁻¹b − u_a'u_b.
//!
//! The Hessian to iterate with is the average of the observed and the expected one, y'PV̇_aPV̇_bPy, which needs one solution
//! with T a parameter (Johnson and Thompson 1995, J. Dairy Sci. 78, 449); the exact one adds tr(PV̇_aPV̇_b), for which see
//! [`super::traces`].

use nalgebra::{DMatrix, DVector};

use super::pieces::{Pieces, cross, inner};
use super::{Crossed, Factored};
use crate::covariance::Sites;
use crate::likelihood::Criterion;
use crate::likelihood::solution::{Derivatives, Hessian, Workspace};
use crate::linalg::{add_scaled, dot};

impl Crossed {
    /// The deviance and its derivatives at φ; `None` where V is not positive definite.
    pub(in crate::likelihood) fn derivatives(
        &self,
        natural: &[f64],
        criterion: Criterion,
        which: Hessian,
    ) -> Option<Derivatives> {
        let solution = self.solve(natural, criterion)?;
        let Workspace::Factored(factored) = &solution.workspace else { return None };
        let reml = criterion == Criterion::Reml;
        let pieces = self.pieces(factored, &solution)?;
        let slopes = self.slopes_in_frames(natural, factored);
        let (inside, trace) = self.level_sums(factored, &pieces, reml);
        let gradient = self.gradient(factored, &pieces, &slopes, &inside, trace, reml);
        let mut hessian = self.average_information(factored, &pieces, &slopes);
        if which == Hessian::Exact {
            hessian = 2.0 * hessian - self.traces(factored, &pieces, &slopes, reml);
        }
        self.add_second(natural, factored, &inside, &mut hessian);
        let finite = gradient.iter().chain(hessian.iter()).all(|v| v.is_finite());
        finite.then_some(Derivatives { value: solution.value, gradient, hessian })
    }

    /// For each term Σ_levels (E_jj − s_js_j'/σ² − S_jS_j'), the last for REML; and tr V₀⁻¹.
    fn level_sums(&self, factored: &Factored, pieces: &Pieces, reml: bool) -> (Vec<Vec<f64>>, f64) {
        let inverse = self.symbolic.selected_inverse(&factored.panels);
        let mut trace = self.n_rows as f64;
        for node in &self.levels.nodes {
            let (place, step) = self.symbolic.place(node.position, node.position);
            (0..self.levels.order(node)).for_each(|i| trace += inverse[place + i * step + i] - 1.0);
        }
        let p = pieces.p;
        let sums = (0..self.random.len()).map(|term| {
            let q = self.levels.orders[term];
            let mut sum = if factored.frames[term].is_strong() {
                let mut strong = vec![0.0; q * q];
                for node in self.levels.nodes.iter().filter(|node| node.term == term) {
                    let (place, step) = self.symbolic.place(node.position, node.position);
                    for i in 0..q {
                        strong[i * q + i] += 1.0;
                        (0..q).for_each(|j| strong[i * q + j] -= inverse[place + j * step + i]);
                    }
                }
                strong
            } else {
                self.weak_sum(factored, term)
            };
            let outer = self.sum_levels(term, |i, j| {
                let fixed = if reml { dot(&pieces.x[i * p..(i + 1) * p], &pieces.x[j * p..(j + 1) * p]) } else { 0.0 };
                pieces.r[i] * pieces.r[j] / factored.sigma2 + fixed
            });
            add_scaled(&mut sum, -1.0, &outer);
            sum
        });
        (sums.collect(), trace)
    }

    /// Σ_levels Z_j'V₀⁻¹Z_j = Σ Z_j'Z_j − ‖L⁻¹Λ'Z'Z_j‖² of a weak term, a few levels at a time.
    fn weak_sum(&self, factored: &Factored, term: usize) -> Vec<f64> {
        const COLUMNS: usize = 32;
        let q = self.levels.orders[term];
        let mut sum = vec![0.0; q * q];
        let nodes: Vec<_> = self.levels.nodes.iter().filter(|node| node.term == term).collect();
        for some in nodes.chunks((COLUMNS / q).max(1)) {
            let columns = some.len() * q;
            let mut unit = vec![0.0; self.n_effects() * columns];
            for (at, node) in some.iter().enumerate() {
                (0..q).for_each(|i| unit[(node.position + i) * columns + at * q + i] = 1.0);
            }
            let mut products = self.multiply_zz(&unit, columns);
            for (at, node) in some.iter().enumerate() {
                for i in 0..q {
                    let row = (node.position + i) * columns + at * q;
                    add_scaled(&mut sum[i * q..(i + 1) * q], 1.0, &products[row..row + q]);
                }
            }
            self.scale_transposed(&factored.frames, &mut products, columns);
            self.symbolic.solve_lower(&factored.panels, &mut products, columns);
            for line in products.chunks_exact(columns) {
                for own in line.chunks_exact(q) {
                    for i in 0..q {
                        add_scaled(&mut sum[i * q..(i + 1) * q], -own[i], own);
                    }
                }
            }
        }
        sum
    }

    fn gradient(
        &self,
        factored: &Factored,
        pieces: &Pieces,
        slopes: &[(usize, Vec<f64>)],
        inside: &[Vec<f64>],
        trace: f64,
        reml: bool,
    ) -> DVector<f64> {
        let mut gradient = DVector::zeros(self.n_parameters());
        for (value, (term, h)) in gradient.iter_mut().zip(slopes) {
            *value = dot(h, &inside[*term]);
        }
        let sigma2 = factored.sigma2;
        let squared = pieces.quadratic - inner(&pieces.u_r, &pieces.u_r);
        // tr(C⁻¹X'V₀⁻²X) = p − ‖T⁻¹Λ'Z'X̄‖².
        let fixed = if reml { pieces.p as f64 - inner(&pieces.u_x, &pieces.u_x) } else { 0.0 };
        gradient[slopes.len()] = (trace - squared / sigma2 - fixed) / sigma2;
        gradient
    }

    /// y'PV̇_aPV̇_bPy.
    fn average_information(&self, factored: &Factored, pieces: &Pieces, slopes: &[(usize, Vec<f64>)]) -> DMatrix<f64> {
        let (p, k, sigma2) = (pieces.p, slopes.len(), factored.sigma2);
        let n = self.n_effects();
        // x_a = H_as for every parameter, side by side, and each of them by itself.
        let each: Vec<Vec<f64>> = (slopes.iter())
            .map(|slope| {
                let mut own = vec![0.0; n];
                self.spread(slope, &pieces.r, 1, &mut own);
                own
            })
            .collect();
        let x: Vec<f64> = (0..n).flat_map(|i| each.iter().map(move |own| own[i])).collect();
        let applied = self.apply(factored, &x, k);
        let on_x = cross(&pieces.x, p, &x, k);
        let curved = cross(&x, k, &applied, k);
        let mut twice = pieces.u_r.clone();
        self.symbolic.solve(&factored.panels, &mut twice, 1);
        let thrice = inner(&pieces.u_r, &twice);
        let squared = pieces.quadratic - inner(&pieces.u_r, &pieces.u_r);
        let second = self.second_power(factored, &pieces.r, &twice, 1);
        // X̄'V₀⁻²r = −u_X'u_r, since X'V₀⁻¹r = 0.
        let g = -cross(&pieces.u_x, p, &pieces.u_r, 1);
        let mut information = DMatrix::zeros(k + 1, k + 1);
        for a in 0..k {
            for b in 0..k {
                let bare = 0.5 * (curved[(a, b)] + curved[(b, a)]);
                information[(a, b)] = (bare - on_x.column(a).dot(&on_x.column(b))) / sigma2;
            }
            let with_sigma = inner(&each[a], &second) - on_x.column(a).dot(&g.column(0));
            information[(a, k)] = with_sigma / (sigma2 * sigma2);
            information[(k, a)] = information[(a, k)];
        }
        information[(k, k)] = (squared - thrice - g.norm_squared()) / (sigma2 * sigma2 * sigma2);
        information
    }

    /// F'Z'V₀⁻²a from F'Z'V₀⁻¹a and T⁻¹u_a.
    pub(super) fn second_power(&self, factored: &Factored, first: &[f64], solved: &[f64], columns: usize) -> Vec<f64> {
        let mut second = solved.to_vec();
        // Weak terms: Z'V₀⁻¹(V₀⁻¹a) = Z'V₀⁻¹a − Z'ZΛ T⁻¹u_a.
        self.replace_weak(&factored.frames, first, &mut second, columns);
        second
    }

    /// Adds what the second derivatives of G contribute: tr(H_ab Σ_levels(…)).
    fn add_second(&self, natural: &[f64], factored: &Factored, inside: &[Vec<f64>], hessian: &mut DMatrix<f64>) {
        for (term, block) in self.blocks.iter().take(self.random.len()).enumerate() {
            if block.structure.is_linear() {
                continue;
            }
            let q = self.levels.orders[term];
            let mut matrix = vec![0.0; q * q];
            for a in 0..block.n_parameters {
                for b in 0..block.n_parameters {
                    block.structure.second_derivative(Sites::levels(q), block.of(natural), a, b, &mut matrix);
                    matrix.iter_mut().for_each(|value| *value /= factored.sigma2);
                    let h = factored.frames[term].enter(&matrix);
                    hessian[(block.offset + a, block.offset + b)] += dot(&h, &inside[term]);
                }
            }
        }
    }
}
