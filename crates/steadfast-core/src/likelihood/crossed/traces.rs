//! tr(PV̇_aPV̇_b), twice the expected information: the one quantity that needs all of T⁻¹, component by component.

use nalgebra::DMatrix;

use super::pieces::{Pieces, cross, inner};
use super::{Crossed, Factored};
use crate::linalg::{add_scaled, dot};

/// The effects of one connected component up to which all of T⁻¹ is made as a matter of course: 1,000² numbers take 8 MB
/// and about as long as a few factorisations.
const SMALL: usize = 1_000;

/// The effects of one connected component up to which all of T⁻¹ is made when inference asks for it: 16,000² numbers take
/// 2 GB.
const LARGEST: usize = 16_000;

/// The columns of one connected component seen through the frames.
struct Dense {
    n: usize,
    /// F'Z'V₀⁻¹ZF, n × n.
    e: Vec<f64>,
    /// For each column f of ZF the vector u_f = T⁻¹Λ'Z'f as a row, n × n.
    u: Vec<f64>,
    /// ‖T⁻¹‖², the sum of squares.
    square: f64,
}

impl Crossed {
    fn largest_component(&self) -> usize {
        let sizes = self.symbolic.components.iter().map(|component| self.symbolic.component_columns(component).len());
        sizes.max().unwrap_or(0)
    }

    /// Whether the exact Hessian costs little enough for every fit to end with it.
    pub(in crate::likelihood) fn is_light(&self) -> bool {
        self.largest_component() <= SMALL
    }

    /// The effects of the largest component, where all of T⁻¹ would not fit.
    pub(in crate::likelihood) fn too_many_effects(&self) -> Option<usize> {
        Some(self.largest_component()).filter(|largest| *largest > LARGEST)
    }

    /// tr(PV̇_aPV̇_b) for REML, tr(V⁻¹V̇_aV⁻¹V̇_b) else; σ² is the last parameter.
    pub(super) fn traces(
        &self,
        factored: &Factored,
        pieces: &Pieces,
        slopes: &[(usize, Vec<f64>)],
        reml: bool,
    ) -> DMatrix<f64> {
        let (k, sigma2) = (slopes.len(), factored.sigma2);
        let mut traces = DMatrix::zeros(k + 1, k + 1);
        // There may be more effects than rows.
        let mut square = self.n_rows as f64 - self.n_effects() as f64;
        for component in 0..self.symbolic.components.len() {
            let dense = self.dense(factored, component);
            square += dense.square;
            self.add_component(component, &dense, slopes, &mut traces);
        }
        traces[(k, k)] = square;
        if reml {
            self.subtract_fixed(factored, pieces, slopes, &mut traces);
        }
        for a in 0..k {
            traces[(a, k)] /= sigma2;
            traces[(k, a)] = traces[(a, k)];
        }
        traces[(k, k)] /= sigma2 * sigma2;
        traces
    }

    /// E of a component with what belongs to it.
    fn dense(&self, factored: &Factored, component: usize) -> Dense {
        let columns = self.symbolic.component_columns(&self.symbolic.components[component]);
        let (start, n) = (columns.start, columns.len());
        let mut u =
            self.symbolic.component_inverse(&self.kernels, &factored.panels, &self.symbolic.components[component]);
        let square = inner(&u, &u);
        let is_weak =
            |node: &&super::levels::Node| columns.contains(&node.position) && !factored.frames[node.term].is_strong();
        let weak: Vec<usize> = (self.levels.nodes.iter().filter(is_weak))
            .flat_map(|node| node.position - start..node.position - start + self.levels.order(node))
            .collect();
        // Z'ZΛ T⁻¹ before T⁻¹ is replaced by I − T⁻¹.
        let explained = (!weak.is_empty()).then(|| self.explained(factored, start, &u, n));
        u.iter_mut().for_each(|value| *value = -*value);
        (0..n).for_each(|i| u[i * n + i] += 1.0);
        let mut e = u.clone();
        if let Some(explained) = explained {
            for &i in &weak {
                u[i * n..(i + 1) * n].copy_from_slice(&explained[i * n..(i + 1) * n]);
            }
            // Weak rows of Z'ZΛ u_f for the weak columns f, and Z'Z itself.
            let of_weak: Vec<f64> =
                (0..n).flat_map(|i| weak.iter().map(move |&f| (i, f))).map(|(i, f)| u[f * n + i]).collect();
            let back = self.explained(factored, start, &of_weak, weak.len());
            let mut unit = vec![0.0; n * weak.len()];
            weak.iter().enumerate().for_each(|(at, &f)| unit[f * weak.len() + at] = 1.0);
            let plain = self.products_within(start, &unit, weak.len());
            for &f in &weak {
                for i in 0..n {
                    e[f * n + i] = u[f * n + i];
                    e[i * n + f] = u[f * n + i];
                }
            }
            for (at, &f) in weak.iter().enumerate() {
                weak.iter().for_each(|&i| e[i * n + f] = plain[i * weak.len() + at] - back[i * weak.len() + at]);
            }
        }
        Dense { n, e, u, square }
    }

    /// Z'ZΛ x for x over the columns of a component from `start` on.
    fn explained(&self, factored: &Factored, start: usize, x: &[f64], columns: usize) -> Vec<f64> {
        let mut whole = vec![0.0; self.n_effects() * columns];
        whole[start * columns..start * columns + x.len()].copy_from_slice(x);
        let product = self.multiply_zz(&self.scale(&factored.frames, &whole, columns), columns);
        product[start * columns..start * columns + x.len()].to_vec()
    }

    /// Z'Z x likewise.
    fn products_within(&self, start: usize, x: &[f64], columns: usize) -> Vec<f64> {
        let mut whole = vec![0.0; self.n_effects() * columns];
        whole[start * columns..start * columns + x.len()].copy_from_slice(x);
        self.multiply_zz(&whole, columns)[start * columns..start * columns + x.len()].to_vec()
    }

    /// Adds Σ tr(H_aE_jlH_bE_lj) of a component for a, b of random terms, and what stands beside σ².
    fn add_component(&self, component: usize, dense: &Dense, slopes: &[(usize, Vec<f64>)], traces: &mut DMatrix<f64>) {
        let columns = self.symbolic.component_columns(&self.symbolic.components[component]);
        let n = dense.n;
        let terms = self.levels.orders.len();
        let mut of_term: Vec<Vec<usize>> = vec![Vec::new(); terms];
        for node in self.levels.nodes.iter().filter(|node| columns.contains(&node.position)) {
            of_term[node.term].push(node.position - columns.start);
        }
        for t in 0..terms {
            for u in t..terms {
                let (qt, qu) = (self.levels.orders[t], self.levels.orders[u]);
                // Σ_jl E_jl[i, k] E_jl[i', k'] over the levels j of t and l of u.
                let mut tensor = vec![0.0; qt * qt * qu * qu];
                let mut block = vec![0.0; qt * qu];
                for &j in &of_term[t] {
                    for &l in &of_term[u] {
                        for i in 0..qt {
                            block[i * qu..(i + 1) * qu].copy_from_slice(&dense.e[(j + i) * n + l..][..qu]);
                        }
                        for (own, &value) in tensor.chunks_exact_mut(qt * qu).zip(&block) {
                            add_scaled(own, value, &block);
                        }
                    }
                }
                for (a, (_, left)) in slopes.iter().enumerate().filter(|(_, (term, _))| *term == t) {
                    for (b, (_, right)) in slopes.iter().enumerate().filter(|(_, (term, _))| *term == u) {
                        let value = contract(&tensor, left, right, qt, qu);
                        traces[(a, b)] += value;
                        if t != u {
                            traces[(b, a)] += value;
                        }
                    }
                }
            }
        }
        self.add_beside_sigma2(&of_term, dense, slopes, traces);
    }

    /// Adds Σ tr(H_a (E − U U')_jj) of a component beside σ².
    fn add_beside_sigma2(
        &self,
        of_term: &[Vec<usize>],
        dense: &Dense,
        slopes: &[(usize, Vec<f64>)],
        traces: &mut DMatrix<f64>,
    ) {
        let (n, k) = (dense.n, slopes.len());
        for (a, (term, h)) in slopes.iter().enumerate() {
            let q = self.levels.orders[*term];
            let mut sum = vec![0.0; q * q];
            for &j in &of_term[*term] {
                for i in 0..q {
                    for l in 0..q {
                        let (left, right) = (&dense.u[(j + i) * n..][..n], &dense.u[(j + l) * n..][..n]);
                        sum[i * q + l] += dense.e[(j + i) * n + j + l] - dot(left, right);
                    }
                }
            }
            traces[(a, k)] += dot(h, &sum);
        }
    }

    /// −2 tr Q̄_ab + tr(P̄_aP̄_b), with P̄_a = S'H_aS and Q̄_ab = (H_aS)'E(H_bS).
    fn subtract_fixed(
        &self,
        factored: &Factored,
        pieces: &Pieces,
        slopes: &[(usize, Vec<f64>)],
        traces: &mut DMatrix<f64>,
    ) {
        let (p, k) = (pieces.p, slopes.len());
        let turned = self.turned(factored, pieces, slopes);
        let first = |a: usize| &turned.first[a];
        for a in 0..k {
            for b in a..k {
                let value =
                    dot(first(a).as_slice(), first(b).as_slice()) - 2.0 * inner(&turned.spread[a], &turned.applied[b]);
                traces[(a, b)] += value;
                if a != b {
                    traces[(b, a)] += value;
                }
            }
            let with_sigma = dot(first(a).as_slice(), turned.squared.as_slice());
            traces[(a, k)] += with_sigma - 2.0 * inner(&turned.spread[a], &turned.second);
        }
        let cubed: f64 = (0..p).map(|a| turned.cubed[(a, a)]).sum();
        traces[(k, k)] += turned.squared.norm_squared() - 2.0 * cubed;
    }

    /// Products of the derivatives with X̄.
    pub(super) fn turned(&self, factored: &Factored, pieces: &Pieces, slopes: &[(usize, Vec<f64>)]) -> Turned {
        let p = pieces.p;
        let spread: Vec<Vec<f64>> = (slopes.iter())
            .map(|slope| {
                let mut own = vec![0.0; pieces.x.len()];
                self.spread(slope, &pieces.x, p, &mut own);
                own
            })
            .collect();
        let mut solved = pieces.u_x.clone();
        self.symbolic.solve(&self.kernels, &factored.panels, &mut solved, p);
        let squared = DMatrix::identity(p, p) - cross(&pieces.u_x, p, &pieces.u_x, p);
        Turned {
            first: spread.iter().map(|own| cross(&pieces.x, p, own, p)).collect(),
            applied: spread.iter().map(|own| self.apply(factored, own, p)).collect(),
            second: self.second_power(factored, &pieces.x, &solved, p),
            cubed: &squared - cross(&pieces.u_x, p, &solved, p),
            squared,
            spread,
        }
    }
}

/// Products of the derivatives with X̄ = XL_C⁻ᵀ, for which X̄'V₀⁻¹X̄ = I.
pub(super) struct Turned {
    /// H_aS for every a, rows of p numbers.
    pub(super) spread: Vec<Vec<f64>>,
    /// E H_aS.
    pub(super) applied: Vec<Vec<f64>>,
    /// S'H_aS, p × p.
    pub(super) first: Vec<DMatrix<f64>>,
    /// F'Z'V₀⁻²X̄, rows of p numbers.
    pub(super) second: Vec<f64>,
    /// X̄'V₀⁻²X̄, p × p.
    pub(super) squared: DMatrix<f64>,
    /// X̄'V₀⁻³X̄, p × p.
    pub(super) cubed: DMatrix<f64>,
}

/// Σ H_a[i', i] H_b[k, k'] tensor[(i, k), (i', k')].
fn contract(tensor: &[f64], left: &[f64], right: &[f64], qt: usize, qu: usize) -> f64 {
    let mut sum = 0.0;
    for i in 0..qt {
        for k in 0..qu {
            for other in 0..qt {
                for last in 0..qu {
                    let value = tensor[(i * qu + k) * qt * qu + other * qu + last];
                    sum += left[other * qt + i] * right[k * qu + last] * value;
                }
            }
        }
    }
    sum
}
