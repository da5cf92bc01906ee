//! The order of elimination: minimum degree on the quotient graph, which also yields the structure of every column.
//!
//! Source: Amestoy, Davis and Duff 1996, SIAM J. Matrix Anal. Appl. 17, 886 (approximate external degrees, element
//! absorption).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

/// An order of elimination with the nodes that each eliminated node leaves connected.
#[derive(Debug)]
pub(super) struct Elimination {
    /// The nodes in the order of their elimination, without those of the tail.
    pub(super) order: Vec<u32>,
    /// For each node of `order` the later nodes that its column touches.
    pub(super) below: Vec<Vec<u32>>,
    /// The last nodes, all connected with each other.
    pub(super) tail: Vec<u32>,
}

/// Where every node that is left meets all others but one in so many, the rest is one dense block.
const DENSE: u64 = 8;

/// The quotient graph: variables that are left, and elements, each the clique that an eliminated variable left behind.
struct Quotient<'a> {
    widths: &'a [u32],
    alive: Vec<bool>,
    absorbed: Vec<bool>,
    /// For each variable, the variables that no element connects it with.
    variables: Vec<Vec<u32>>,
    /// For each variable, its elements.
    elements: Vec<Vec<u32>>,
    /// For each element, its variables.
    members: Vec<Vec<u32>>,
    /// For each element, the width of its variables.
    sizes: Vec<u64>,
    degrees: Vec<u64>,
    /// The width of all variables that are left.
    remaining: u64,
    marked: Vec<u32>,
    stamp: u32,
    /// For each element, the width of its variables outside the newest element.
    outside: Vec<u64>,
    seen: Vec<u32>,
}

/// The elimination of a graph whose nodes have `widths` columns; `adjacency` lists each edge once at both of its ends.
/// The nodes `first`, no two of which meet, go before all others.
pub(super) fn minimum_degree(widths: &[u32], adjacency: Vec<Vec<u32>>, first: Range<u32>) -> Elimination {
    let n = widths.len();
    let mut order: Vec<u32> = first.clone().collect();
    let mut below: Vec<Vec<u32>> = first.clone().map(|node| adjacency[node as usize].clone()).collect();
    let mut graph = Quotient::new(widths, adjacency, first);
    let left = (0..n).filter(|&i| graph.alive[i]);
    let mut heap: BinaryHeap<Reverse<(u64, u32)>> = left.map(|i| Reverse((graph.degrees[i], i as u32))).collect();
    while let Some(Reverse((degree, pivot))) = heap.pop() {
        let p = pivot as usize;
        if !graph.alive[p] || degree != graph.degrees[p] {
            continue;
        }
        if degree + u64::from(widths[p]) >= graph.remaining - graph.remaining / DENSE {
            break;
        }
        let touched = graph.eliminate(pivot);
        heap.extend(touched.iter().map(|&i| Reverse((graph.degrees[i as usize], i))));
        order.push(pivot);
        below.push(touched);
    }
    let tail = (0..n as u32).filter(|&i| graph.alive[i as usize]).collect();
    Elimination { order, below, tail }
}

impl<'a> Quotient<'a> {
    /// The graph after the nodes `first` became elements.
    fn new(widths: &'a [u32], adjacency: Vec<Vec<u32>>, first: Range<u32>) -> Self {
        let n = widths.len();
        let total = |nodes: &[u32]| nodes.iter().map(|&i| u64::from(widths[i as usize])).sum::<u64>();
        let (mut members, mut variables, mut elements) =
            (vec![Vec::new(); n], vec![Vec::new(); n], vec![Vec::new(); n]);
        for (i, own) in adjacency.into_iter().enumerate() {
            if first.contains(&(i as u32)) {
                members[i] = own;
            } else {
                (elements[i], variables[i]) = own.into_iter().partition(|j| first.contains(j));
            }
        }
        let mut graph = Self {
            widths,
            alive: (0..n as u32).map(|i| !first.contains(&i)).collect(),
            absorbed: vec![false; n],
            sizes: members.iter().map(|own| total(own)).collect(),
            variables,
            elements,
            members,
            remaining: total(&(0..n as u32).filter(|i| !first.contains(i)).collect::<Vec<u32>>()),
            degrees: vec![0; n],
            marked: vec![0; n],
            stamp: 0,
            outside: vec![0; n],
            seen: vec![0; n],
        };
        (0..n).filter(|i| !first.contains(&(*i as u32))).for_each(|i| graph.count_neighbours(i));
        graph
    }

    /// The degree of a variable, exactly.
    fn count_neighbours(&mut self, i: usize) {
        self.stamp += 1;
        self.marked[i] = self.stamp;
        let mut degree = 0;
        let elements = self.elements[i].iter().flat_map(|&e| &self.members[e as usize]);
        for &j in self.variables[i].iter().chain(elements) {
            if self.marked[j as usize] != self.stamp {
                self.marked[j as usize] = self.stamp;
                degree += u64::from(self.widths[j as usize]);
            }
        }
        self.degrees[i] = degree;
    }

    /// Eliminates a variable: it becomes an element of the variables that are returned.
    fn eliminate(&mut self, pivot: u32) -> Vec<u32> {
        let p = pivot as usize;
        let members = self.gather(pivot);
        self.alive[p] = false;
        self.remaining -= u64::from(self.widths[p]);
        self.sizes[p] = members.iter().map(|&i| u64::from(self.widths[i as usize])).sum();
        for &i in &members {
            for &e in &self.elements[i as usize] {
                let element = e as usize;
                if self.absorbed[element] {
                    continue;
                }
                if self.seen[element] != self.stamp {
                    self.seen[element] = self.stamp;
                    self.outside[element] = self.sizes[element];
                }
                self.outside[element] -= u64::from(self.widths[i as usize]);
            }
        }
        for &i in &members {
            self.update(i as usize, pivot);
        }
        self.members[p] = members.clone();
        members
    }

    /// The variables connected with `pivot`, whose elements are absorbed; they are left marked.
    fn gather(&mut self, pivot: u32) -> Vec<u32> {
        let p = pivot as usize;
        self.stamp += 1;
        self.marked[p] = self.stamp;
        let mut found = Vec::new();
        let mut take = |own: &[u32], marked: &mut [u32], alive: &[bool], stamp: u32| {
            for &i in own {
                if alive[i as usize] && marked[i as usize] != stamp {
                    marked[i as usize] = stamp;
                    found.push(i);
                }
            }
        };
        let own = std::mem::take(&mut self.variables[p]);
        take(&own, &mut self.marked, &self.alive, self.stamp);
        for e in std::mem::take(&mut self.elements[p]) {
            if !std::mem::replace(&mut self.absorbed[e as usize], true) {
                let members = std::mem::take(&mut self.members[e as usize]);
                take(&members, &mut self.marked, &self.alive, self.stamp);
            }
        }
        found.sort_unstable();
        found
    }

    /// The lists and the degree of a variable of the new element `pivot`.
    fn update(&mut self, i: usize, pivot: u32) {
        let Self { widths, alive, absorbed, variables, elements, outside, marked, stamp, .. } = self;
        let own = u64::from(widths[i]);
        let mut degree = self.sizes[pivot as usize] - own;
        elements[i].retain(|&e| {
            let element = e as usize;
            // An element without variables of its own is part of the new one.
            absorbed[element] |= !absorbed[element] && outside[element] == 0;
            degree += if absorbed[element] { 0 } else { outside[element] };
            !absorbed[element]
        });
        variables[i].retain(|&j| {
            let kept = alive[j as usize] && marked[j as usize] != *stamp;
            degree += if kept { u64::from(widths[j as usize]) } else { 0 };
            kept
        });
        elements[i].push(pivot);
        self.degrees[i] = degree.min(self.remaining - own);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_of_a_star_go_before_its_centre() {
        let adjacency = vec![vec![1, 2, 3], vec![0], vec![0], vec![0]];
        let elimination = minimum_degree(&[1; 4], adjacency, 0..0);
        assert_eq!(elimination.order, [1, 2]);
        assert_eq!(elimination.tail, [0, 3]);
        assert!(elimination.below.iter().all(|below| below == &[0]));
    }

    #[test]
    fn a_cycle_fills_in_one_edge_a_node() {
        let n = 6u32;
        let adjacency = (0..n).map(|i| vec![(i + n - 1) % n, (i + 1) % n]).collect();
        let elimination = minimum_degree(&[1; 6], adjacency, 0..0);
        assert_eq!(elimination.tail.len(), 3);
        assert!(elimination.below.iter().all(|below| below.len() == 2));
    }
}
