//! Which rows belong together: the connected components of all grouping factors.

use crate::likelihood::clustered::ResidualPart;
use crate::likelihood::scaled::RandomPart;

/// The rows of the frame, cluster after cluster.
#[derive(Debug)]
pub(in crate::likelihood) struct Clusters {
    /// Rows of the frame, grouped.
    pub(in crate::likelihood) order: Vec<u32>,
    /// Where each cluster starts in `order`, and the end: length n + 1.
    pub(in crate::likelihood) starts: Vec<u32>,
}

impl Clusters {
    pub(in crate::likelihood) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The place of cluster `c` in `order`.
    pub(in crate::likelihood) fn span(&self, c: usize) -> std::ops::Range<usize> {
        self.starts[c] as usize..self.starts[c + 1] as usize
    }
}

/// The clusters, in the order of the levels of the coarsest factor (of the rows, where there is no factor).
pub(in crate::likelihood) fn find(rows: &[u32], random: &[RandomPart], residual: Option<&ResidualPart>) -> Clusters {
    let mut groupings: Vec<(&[u32], usize)> =
        random.iter().map(|part| (&part.group.codes[..], part.group.labels.len())).collect();
    let subject = residual.and_then(|part| part.subject.as_ref());
    groupings.extend(subject.map(|subject| (&subject.codes[..], subject.labels.len())));
    // Only an identical factor can be left out without looking at the rows.
    groupings.dedup_by(|a, b| a.0.as_ptr() == b.0.as_ptr());
    let Some(&coarsest) = groupings.iter().min_by_key(|(_, n)| *n) else {
        return Clusters { order: rows.to_vec(), starts: (0..=rows.len() as u32).collect() };
    };
    if groupings.iter().all(|&grouping| nested(rows, grouping, coarsest.0)) {
        return sort_by_code(rows, |row| coarsest.0[row], coarsest.1);
    }
    let labels = components(rows, &groupings);
    sort_by_code(rows, |row| labels[coarsest.0[row] as usize], coarsest.1)
}

/// Whether each group of `fine` lies in one group of `coarse`.
fn nested(rows: &[u32], fine: (&[u32], usize), coarse: &[u32]) -> bool {
    if fine.0.as_ptr() == coarse.as_ptr() {
        return true;
    }
    let mut parent = vec![u32::MAX; fine.1];
    rows.iter().all(|&row| {
        let (child, group) = (fine.0[row as usize] as usize, coarse[row as usize]);
        if parent[child] == u32::MAX {
            parent[child] = group;
        }
        parent[child] == group
    })
}

/// For each group of the coarsest factor, the smallest group that is connected to it through any factor.
fn components(rows: &[u32], groupings: &[(&[u32], usize)]) -> Vec<u32> {
    let Some(&(coarse, n)) = groupings.iter().min_by_key(|(_, n)| *n) else { return Vec::new() };
    let mut root: Vec<u32> = (0..n as u32).collect();
    fn find(root: &mut [u32], mut at: u32) -> u32 {
        while root[at as usize] != at {
            root[at as usize] = root[root[at as usize] as usize];
            at = root[at as usize];
        }
        at
    }
    for &(codes, size) in groupings {
        let mut first = vec![u32::MAX; size];
        for &row in rows {
            let (code, group) = (codes[row as usize] as usize, coarse[row as usize]);
            if first[code] == u32::MAX {
                first[code] = group;
            }
            let (a, b) = (find(&mut root, first[code]), find(&mut root, group));
            root[a.max(b) as usize] = a.min(b);
        }
    }
    (0..n as u32).map(|group| find(&mut root, group)).collect()
}

/// A counting sort of the rows by code.
fn sort_by_code(rows: &[u32], code: impl Fn(usize) -> u32, n: usize) -> Clusters {
    let mut counts = vec![0u32; n + 1];
    for &row in rows {
        counts[code(row as usize) as usize + 1] += 1;
    }
    for i in 0..n {
        counts[i + 1] += counts[i];
    }
    let mut next = counts.clone();
    let mut order = vec![0u32; rows.len()];
    for &row in rows {
        let slot = &mut next[code(row as usize) as usize];
        order[*slot as usize] = row;
        *slot += 1;
    }
    counts.dedup();
    Clusters { order, starts: counts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn factors_that_cross_join_their_clusters() {
        let (a, b): (&[u32], &[u32]) = (&[0, 0, 1, 1, 2, 2], &[0, 1, 1, 0, 2, 2]);
        let rows = [0, 1, 2, 3, 4, 5];
        assert!(!nested(&rows, (b, 3), a));
        assert_eq!(components(&rows, &[(a, 3), (b, 3)]), [0, 0, 2]);
        let clusters = sort_by_code(&rows, |row| [0, 0, 2][a[row] as usize], 3);
        assert_eq!(clusters.starts, [0, 4, 6]);
    }
}
