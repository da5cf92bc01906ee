//! Symmetric matrices stored once: (0,0), (0,1), …, (0,m−1), (1,1), ….

/// The number of entries of a packed matrix of order m.
pub(crate) fn length(m: usize) -> usize {
    m * (m + 1) / 2
}

/// The place of entry (i, j), i ≤ j, in a packed matrix of order m.
pub(crate) fn index(m: usize, i: usize, j: usize) -> usize {
    i * (2 * m - i + 1) / 2 + (j - i)
}

/// The packed upper triangle of a full matrix.
pub(crate) fn pack(full: &[f64], m: usize, out: &mut [f64]) {
    let mut at = 0;
    for i in 0..m {
        out[at..at + m - i].copy_from_slice(&full[i * m + i..(i + 1) * m]);
        at += m - i;
    }
}

/// The full matrix of a packed one.
pub(crate) fn unpack(packed: &[f64], m: usize, out: &mut [f64]) {
    let mut at = 0;
    for i in 0..m {
        for j in i..m {
            out[i * m + j] = packed[at];
            out[j * m + i] = packed[at];
            at += 1;
        }
    }
}
