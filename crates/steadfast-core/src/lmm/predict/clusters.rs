//! Which new rows belong together: those that share a group of any factor, directly or through others.

/// The rows of each cluster, ascending; clusters in the order of their first rows.
pub(super) fn connected(n: usize, groupings: &[&[u32]]) -> Vec<Vec<usize>> {
    let mut root: Vec<usize> = (0..n).collect();
    for codes in groupings {
        let mut first: Vec<Option<usize>> = vec![None; n];
        for (row, &code) in codes.iter().enumerate() {
            // Codes are numbered as they appear, and there are no more of them than rows.
            match first[code as usize] {
                None => first[code as usize] = Some(row),
                Some(earlier) => {
                    let (a, b) = (find(&mut root, earlier), find(&mut root, row));
                    root[a.max(b)] = a.min(b);
                }
            }
        }
    }
    let mut clusters: Vec<Vec<usize>> = vec![Vec::new(); n];
    for row in 0..n {
        clusters[find(&mut root, row)].push(row);
    }
    clusters.retain(|rows| !rows.is_empty());
    clusters
}

fn find(root: &mut [usize], mut at: usize) -> usize {
    while root[at] != at {
        root[at] = root[root[at]];
        at = root[at];
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crossed_factors_connect_what_they_share() {
        let clusters = connected(5, &[&[0, 0, 1, 2, 3], &[0, 1, 1, 2, 2]]);
        assert_eq!(clusters, [vec![0, 1, 2], vec![3, 4]]);
        assert_eq!(connected(2, &[]), [vec![0], vec![1]]);
    }
}
