use super::Symbolic;
use crate::linalg;
use crate::linalg::dense::Kernels;
use crate::parallel::Threads;

fn kernels() -> Kernels {
    Kernels::new(Threads::ONE)
}

/// A diagonally dominant matrix on a graph, dense row-major in the structure's order, and its panels.
fn example(widths: &[u32], edges: &[(u32, u32)], first: std::ops::Range<u32>) -> (Symbolic, Vec<f64>, Vec<f64>) {
    let mut adjacency = vec![Vec::new(); widths.len()];
    for &(a, b) in edges {
        adjacency[a as usize].push(b);
        adjacency[b as usize].push(a);
    }
    let symbolic = Symbolic::new(widths, adjacency, first);
    let n = symbolic.n;
    let (mut dense, mut panels) = (vec![0.0; n * n], vec![0.0; symbolic.panel_len()]);
    let nodes = (0..widths.len() as u32).map(|i| (i, i));
    let mut state = 1u64;
    for (a, b) in nodes.chain(edges.iter().copied()) {
        let (pa, pb) = (symbolic.position[a as usize], symbolic.position[b as usize]);
        let ((row, wr), (column, wc)) = if pa >= pb {
            ((pa, widths[a as usize]), (pb, widths[b as usize]))
        } else {
            ((pb, widths[b as usize]), (pa, widths[a as usize]))
        };
        let (place, ld) = symbolic.place(row, column);
        for j in 0..wc as usize {
            for i in 0..wr as usize {
                if row == column && i < j {
                    continue;
                }
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let noise = (state >> 40) as f64 / (1u64 << 24) as f64 - 0.5;
                let value = if row + i == column + j { 4.0 + widths.len() as f64 } else { noise };
                panels[place + j * ld + i] = value;
                dense[(row + i) * n + column + j] = value;
                dense[(column + j) * n + row + i] = value;
            }
        }
    }
    (symbolic, dense, panels)
}

/// The widths of the nodes, the edges, and the nodes to go first.
type Graph = (Vec<u32>, Vec<(u32, u32)>, std::ops::Range<u32>);

/// Graphs with fill, with several components, and with nodes of several columns.
fn graphs() -> Vec<Graph> {
    let bipartite: Vec<(u32, u32)> =
        (0..12u32).flat_map(|s| [(s, 12 + s % 5), (s, 12 + (s + 1 + s % 3) % 5), (s, 17)]).collect();
    let grid = (0..20u32).flat_map(|i| [(i, i + 5), (i, (i + 1) % 25)]).filter(|(a, b)| a != b).collect();
    vec![
        (vec![1; 18], bipartite.clone(), 0..0),
        (vec![1; 18], bipartite, 0..12),
        (vec![2, 1, 3, 1, 2, 1], vec![(0, 1), (1, 2), (3, 4)], 4..6),
        ((0..25).map(|i| 1 + i % 3).collect(), grid, 0..0),
        (vec![3], vec![], 0..1),
    ]
}

#[test]
fn the_factor_has_the_determinant_and_solves_as_the_dense_one() {
    for (widths, edges, first) in graphs() {
        let (symbolic, dense, mut panels) = example(&widths, &edges, first);
        let n = symbolic.n;
        let mut reference = dense.clone();
        assert!(linalg::factor(&mut reference, n) && symbolic.factor(&kernels(), &mut panels));
        assert!((symbolic.log_determinant(&panels) - linalg::log_determinant(&reference, n)).abs() < 1e-12);
        let solution: Vec<f64> = (0..2 * n).map(|i| (i as f64).sin()).collect();
        let mut right = vec![0.0; 2 * n];
        linalg::multiply(&dense, &solution, n, n, 2, &mut right);
        symbolic.solve(&kernels(), &panels, &mut right, 2);
        assert!(right.iter().zip(&solution).all(|(x, y)| (x - y).abs() < 1e-13));
    }
}

#[test]
fn the_inverse_is_that_of_the_dense_matrix_in_every_place() {
    for (widths, edges, first) in graphs() {
        let (symbolic, dense, mut panels) = example(&widths, &edges, first);
        let n = symbolic.n;
        let (mut factor, mut inverse, mut scratch) = (dense, vec![0.0; n * n], vec![0.0; n * n]);
        assert!(linalg::factor(&mut factor, n) && symbolic.factor(&kernels(), &mut panels));
        linalg::inverse(&factor, n, &mut inverse, &mut scratch);
        let selected = symbolic.selected_inverse(&kernels(), &panels);
        let nodes = (0..widths.len() as u32).map(|i| (i, i));
        for (a, b) in nodes.chain(edges.iter().copied()) {
            let (pa, pb) = (symbolic.position[a as usize], symbolic.position[b as usize]);
            let (row, column) = (pa.max(pb), pa.min(pb));
            let (place, _) = symbolic.place(row, column);
            assert!((selected[place] - inverse[row * n + column]).abs() < 1e-14);
        }
        for component in &symbolic.components {
            let columns = symbolic.component_columns(component);
            let own = symbolic.component_inverse(&kernels(), &panels, component);
            for (j, column) in columns.clone().enumerate() {
                for (i, row) in columns.clone().enumerate() {
                    assert!((own[j * columns.len() + i] - inverse[row * n + column]).abs() < 1e-14);
                }
            }
        }
    }
}

#[test]
fn a_matrix_that_is_not_positive_definite_is_refused() {
    let symbolic = Symbolic::new(&[2], vec![vec![]], 0..0);
    assert!(!symbolic.factor(&kernels(), &mut [1.0, 2.0, 0.0, 1.0]));
    assert!(!symbolic.factor(&kernels(), &mut [f64::NAN, 0.0, 0.0, 1.0]));
}
